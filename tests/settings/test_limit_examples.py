"""The documented examples of limits are accepted, and the documented tables are the data."""

import json
import re

import pytest

from settings.layer import Layer
from settings.rate_limit_response import RateLimitResponse
from settings.read import read_environment
from settings.waf.known_groups import KNOWN_GROUPS, KnownGroup
from settings.waf.web_acl_rules import RateTier, web_acl_rules
from tests.environment_files import ROOT


@pytest.mark.parametrize("name", ["usage_plans", "waf"])
def test_examples_are_accepted_and_free_of_warnings_about_limits(name: str) -> None:
    environment = read_environment(ROOT / f"docs/examples/{name}.toml")
    about_limits = [problem for problem in environment.warnings() if problem.where[0] != "routes"]
    assert about_limits == []


def test_the_429_is_what_the_page_says() -> None:
    text = (ROOT / "docs/limits.md").read_text(encoding="utf-8").split("## The 429\n")[1].split("\n## ")[0]
    response = RateLimitResponse()
    rows = re.findall(r"^\| .+ \| `(\w+)` \| (\d+) \|$", text, re.MULTILINE)
    assert rows == [(layer.code, str(getattr(response.retry_after, layer))) for layer in Layer]
    (body,) = re.findall(r"```json\n(.+)\n```", text)
    assert json.loads(body) == json.loads(response.body(Layer.QUOTA))
    named = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", text, re.MULTILINE)))
    assert sorted(named) == sorted(RateLimitResponse.model_fields)


def test_the_priorities_are_what_the_page_says() -> None:
    text = (ROOT / "docs/waf.md").read_text(encoding="utf-8")
    example = read_environment(ROOT / "docs/examples/waf.toml")
    assert example.waf
    rules = web_acl_rules(example.waf, example.routes, example.path_prefixes)
    tiers = {rule.name: rule.priority for rule in rules if isinstance(rule, RateTier)}
    rows = re.findall(r"^\| `([\w-]+)` \| (\d{4}) \|", text, re.MULTILINE)
    assert {name: int(priority) for name, priority in rows} == tiers


def test_the_preset_s_table_is_the_preset() -> None:
    text = (ROOT / "docs/waf.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(AWSManagedRules\w+)` \| `(\w+)` \| (.+?) \| <(.+)> \|$", text, re.MULTILINE)
    assert rows == [
        (group.name, rule.name, rule.why, rule.source) for group in KNOWN_GROUPS.values() for rule in group.preset
    ]


@pytest.mark.parametrize(
    "group", [group for group in KNOWN_GROUPS.values() if group.rules and group.preset], ids=lambda group: group.name
)
def test_the_preset_names_rules_that_the_group_has(group: KnownGroup) -> None:
    assert {rule.name for rule in group.preset} <= group.rules
