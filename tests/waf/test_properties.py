"""Everything that is accepted synthesizes to arguments that the provider knows. Everything else is refused, with the
field's name.
"""

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from constructs.throttling.stage_throttling import render_settings as rendered_throttle
from constructs.waf import statement
from settings.environment import Environment
from settings.problem import describe
from settings.waf.condition import And, Condition, Not, Or
from settings.waf.web_acl_rules import BlockListRule, RateTier, ip_sets_of, leaves_of, web_acl_rules
from tests import synthesis
from tests.examples import examples
from tests.waf.environments import EVERYTHING, odd_tables, tables
from tests.waf.provider_schema import unknown_keys
from tests.waf.statement_schema import faults

# `waf.mode = 'a': must be ...`, `waf.limt: unknown key`.
LINE = re.compile(r"(?P<table>[A-Za-z_]+)([.\[][^\n]*?)?( = [^\n]+)?: [^\n]+")
# `POST /chat: integration.url: must be ...`
ROUTE = re.compile(r"^[A-Za-z]+ /\S*: (?=[A-Za-z_]+[:. \[])")
# `rate rule per-ip: limit = 9: must be ...`
RULE = re.compile(r"^(?:rate rule|rule group) [\w-]+: ")


def accepted(table: dict[str, Any]) -> Environment | None:
    """The settings, or None if every line of the refusal names a field and has a message."""
    try:
        environment = Environment.model_validate({"name": "test", **table})
    except ValidationError as error:
        lines = [describe(detail, table) for detail in error.errors()]
        assert lines
        for line in lines:
            named = LINE.fullmatch(RULE.sub("waf: ", ROUTE.sub("routes.", line, count=1)))
            assert named, line
            assert named["table"] in table.keys() | Environment.model_fields.keys()
        return None
    return environment


def check(environment: Environment) -> None:
    """Everything that can be checked without jsii."""
    for throttle in (environment.throttling, *environment.throttling.routes.values()):
        assert rendered_throttle(throttle, {})._values.keys() == {"throttling_rate_limit", "throttling_burst_limit"}
    assert all(str(problem) for problem in environment.warnings())
    if environment.waf is None or environment.waf.web_acl_arn is not None:
        return
    rules = web_acl_rules(environment.waf, environment.routes, environment.path_prefixes)
    assert len({rule.priority for rule in rules}) == len(rules)
    assert [rule.priority for rule in rules] == sorted(rule.priority for rule in rules)
    assert len({rule.name for rule in rules}) == len(rules)
    arns = {ip_set.name: "arn" for rule in rules for ip_set in ip_sets_of(leaves_of(rule))}
    for rule in rules:
        assert faults(statement.rule_statement(rule, arns)) == []
        if isinstance(rule, RateTier | BlockListRule):
            condition = rule.scope_down if isinstance(rule, RateTier) else rule.condition
            assert depth(condition) <= 2


def depth(condition: Condition) -> int:
    match condition:
        case And(parts) | Or(parts):
            return 1 + max(map(depth, parts))
        case Not(part):
            return 1 + depth(part)
        case _:
            return 0


@settings(max_examples=examples(400), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables())
def test_what_is_accepted_has_only_keys_that_exist(table: dict[str, Any]) -> None:
    environment = accepted(table)
    if environment is not None:
        check(environment)


@settings(max_examples=examples(700), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(table=odd_tables())
def test_what_is_odd_is_refused_by_name_or_taken_whole(table: dict[str, Any]) -> None:
    environment = accepted(table)
    if environment is not None:
        check(environment)


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables())
def test_what_is_accepted_renders_resources_that_the_provider_knows(table: dict[str, Any]) -> None:
    environment = accepted(table)
    if environment is None:
        return
    resources = synthesis.rendered(environment)["resource"]
    unknown = [
        fault for type_, named in resources.items() for body in named.values() for fault in unknown_keys(type_, body)
    ]
    assert unknown == []
    for each in resources["aws_api_gateway_method_settings"].values():
        assert each["settings"].keys() == {
            "throttling_rate_limit",
            "throttling_burst_limit",
            *environment.observability.method_settings,
        }


def test_the_table_that_says_everything_is_taken_and_rendered_whole() -> None:
    environment = accepted(EVERYTHING)
    assert environment is not None
    check(environment)
    resources = synthesis.rendered(environment)["resource"]
    found = [
        fault for type_, named in resources.items() for body in named.values() for fault in unknown_keys(type_, body)
    ]
    assert found == []


def test_a_key_that_the_provider_does_not_know_would_be_found() -> None:
    body = {"name": "x", "rule": [{"name": "r", "action": {"block": {"custom_response": {"code": 429}}}, "prio": 1}]}
    assert unknown_keys("aws_wafv2_web_acl", body) == [
        "aws_wafv2_web_acl.rule.action.block.custom_response.code",
        "aws_wafv2_web_acl.rule.prio",
    ]
