"""The schema of statements, compared with botocore's model of wafv2."""

import re
from functools import cache
from typing import Any, get_args

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from settings.waf.country import COUNTRIES
from settings.waf.managed_rule_group import OverrideAction
from settings.waf.text_transformation import TextTransformation
from tests.waf.statement_schema import BLOCKS, faults


@cache
def wafv2() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("wafv2", "service-2"))


def folded(name: str) -> str:
    """`TextTransformations` and `text_transformation`, `ARN` and `arn` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower()).removesuffix("s")


@pytest.mark.parametrize("block", BLOCKS)
def test_every_argument_is_a_member_of_the_shape_in_aws(block: str) -> None:
    known = BLOCKS[block]
    members = {folded(member) for member in wafv2().shape_for(known["shape"]).members}
    assert {argument for argument in known["arguments"] if folded(argument) not in members} == set()


@pytest.mark.parametrize("block", BLOCKS)
def test_what_aws_requires_is_an_argument(block: str) -> None:
    known = BLOCKS[block]
    arguments = {folded(argument) for argument in known["arguments"]}
    required = wafv2().shape_for(known["shape"]).required_members
    assert [member for member in required if folded(member) not in arguments] == []


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_leads_to_a_block(block: str) -> None:
    primitive = {"string", "strings", "number", "numbers", "empty"}
    assert set(BLOCKS[block]["arguments"].values()) <= primitive | BLOCKS.keys()


@pytest.mark.parametrize(
    ("shape", "ours"),
    [
        ("TextTransformationType", set(get_args(TextTransformation))),
        ("CountryCode", set(COUNTRIES)),
    ],
)
def test_our_words_are_words_of_aws(shape: str, ours: set[str]) -> None:
    assert ours <= set(wafv2().shape_for(shape).enum)


def test_every_country_of_aws_is_known() -> None:
    assert set(wafv2().shape_for("CountryCode").enum) == COUNTRIES


def test_override_actions_are_those_of_aws() -> None:
    assert {action.lower() for action in wafv2().shape_for("RuleAction").members} >= set(get_args(OverrideAction))


RATE = {"limit": 100, "aggregate_key_type": "IP"}
COUNTRY = {"geo_match_statement": {"country_codes": ["US"]}}


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ({"rateBasedStatement": {"limit": 100}}, [".rateBasedStatement: unknown"]),
        (
            {"rate_based_statement": {"limt": 1}},
            [".rate_based_statement: lacks limit", ".rate_based_statement.limt: unknown"],
        ),
        ({"not_statement": {"statement": [COUNTRY, COUNTRY]}}, [".not_statement: not one statement"]),
        ({"and_statement": {"statement": [COUNTRY]}}, [".and_statement: fewer than two statements"]),
        ({"geo_match_statement": {"country_codes": []}}, [".geo_match_statement.country_codes: no strings"]),
        ({**COUNTRY, "rate_based_statement": RATE}, [": holds 2 of which AWS takes one"]),
    ],
)
def test_the_schema_finds_what_terraform_would_let_through(statement: Any, fault: list[str]) -> None:
    assert faults(statement) == fault


def test_the_schema_finds_what_is_nested_too_deep() -> None:
    nested: Any = COUNTRY
    for _ in range(3):
        nested = {"not_statement": {"statement": [nested]}}
    assert faults(nested) == []
    found = faults({"rate_based_statement": {**RATE, "scope_down_statement": nested}})
    assert [fault.rpartition(": ")[2] for fault in found] == ["nested 4 deep"]
