"""The environments and examples on moto, another project's emulator, and where it differs from ministack.

Applied and planned again. The product has no code for either emulator, and an entry that is no longer needed fails.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from demo.emulator import free_port
from tests.deploy.many_stacks import ManyStacks, TerraformFailedError
from tests.deploy.moto_server import moto_server
from tests.environment_files import ROOT

EXAMPLES = ("aws_service", "bedrock", "http", "observability", "sagemaker", "usage_plans", "waf")
FILES = ("environments/local", "environments/prod", *(f"docs/examples/{name}" for name in EXAMPLES))

NOT_HELD = {
    "access": "needs a domain, a Cognito pool and functions, and its policy comes back unescaped",
    "bedrock_api": "is a function like that of token_limits.toml, which tests/metering runs",
    "bedrock_arn": "is bedrock.toml's kinds of resources once more",
    "bedrock_openai": "asks for a newer provider than moto's answers were read with",
    "clients": "makes up keys without a value, and its authorizer is a function more",
    "shared_backend": "is http.toml's backend with more methods",
    "token_limits": "is a table and functions, which tests/metering asks moto for itself",
    "tls": "asks for a newer provider than moto's answers were read with",
    "adopted": "is prod.toml's routes once more",
    "dev": "is one route of local.toml",
    "lambda": "names a function of another account",
    "private": "needs VPC links of REST APIs",
    "private_api": "its policy comes back unescaped, which the provider cannot read",
}
"""Files that moto 5.2 does not support."""

REFUSED = {
    "aws_api_gateway_method_settings": "it keeps the settings of */* only, and the provider finds nothing of a route",
    "aws_cloudwatch_query_definition": "PutQueryDefinition is not implemented",
}
"""Types of resources that cannot all be applied, with the reason for each."""

DIFFERENT = {
    ("aws_wafv2_web_acl", "data_protection_config"): "it does not keep it",
}
"""What a second plan would change, by type and attribute."""


@dataclass
class Reading:
    """What moto created from the files."""

    refused: set[tuple[str, str]] = field(default_factory=set)
    """Environment and address of what could not be applied."""

    planned: list[Mapping[str, Any]] = field(default_factory=list)
    """The second plan for the rest."""


@pytest.fixture(scope="module")
def reading(many_stacks: Callable[..., ManyStacks]) -> Iterator[Reading]:
    with moto_server(free_port()) as url:
        # By default the provider retries 25 times if the emulator does not support something, which takes minutes.
        stacks = many_stacks(url, max_retries=2)
        stacks.write({file.rpartition("/")[2]: (ROOT / f"{file}.toml").read_text(encoding="utf-8") for file in FILES})
        found = Reading()
        try:
            stacks.apply()
        except TerraformFailedError as error:
            found.refused = set(re.findall(r"with module\.([\w-]+)\.([\w.]+),", str(error)))
            if not found.refused:
                raise
        stacks.plan()
        found.planned = [
            change
            for change in stacks.planned
            if change["mode"] == "managed" and change["change"]["actions"] != ["no-op"]
        ]
        yield found


def test_every_file_is_held_or_left_out_for_a_reason() -> None:
    there = {file.stem for folder in ("environments", "docs/examples") for file in (ROOT / folder).glob("*.toml")}
    assert there == {file.rpartition("/")[2] for file in FILES} | NOT_HELD.keys()


def test_what_it_refuses_is_known(reading: Reading) -> None:
    assert {address.partition(".")[0] for _, address in reading.refused} == REFUSED.keys()


def test_what_a_second_plan_would_change_is_known(reading: Reading) -> None:
    different = {}
    for change in reading.planned:
        _, name, address = change["address"].split(".", 2)
        if change["change"]["actions"] == ["create"]:
            # What could not be applied, and what depends on it.
            assert address.partition(".")[0] in REFUSED, address
            continue
        before, after = _plain(change["change"]["before"]), _plain(change["change"]["after"])
        for attribute in before.keys() | after.keys():
            if before.get(attribute) != after.get(attribute):
                different[change["type"], attribute] = f"{name}: {_only(before, after, attribute)}"
    assert different.keys() == DIFFERENT.keys(), "\n".join(different.values())


def _plain(value: Any) -> Any:
    """A missing value is an empty text: next to another change, the provider's plan has sometimes one and sometimes the
    other.
    """
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return "" if value is None else value


def _only(before: Mapping[str, Any], after: Mapping[str, Any], attribute: str) -> str:
    """What one has and the other does not have, item by item for lists."""
    was, now = before.get(attribute), after.get(attribute)
    if isinstance(was, list) and isinstance(now, list):
        was, now = [each for each in was if each not in now], [each for each in now if each not in was]
    return f"{was} -> {now}"
