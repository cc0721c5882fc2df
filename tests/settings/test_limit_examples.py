"""The documented examples of limits are accepted, and the documented tables are the data."""

import re

import pytest

from settings.read import read_environment
from settings.waf.llm_preset import LLM_PRESET
from settings.waf.managed_rules import KNOWN_RULES
from tests.environment_files import ROOT


@pytest.mark.parametrize("name", ["usage_plans", "waf"])
def test_examples_are_accepted_and_free_of_warnings_about_limits(name: str) -> None:
    environment = read_environment(ROOT / f"docs/examples/{name}.toml")
    about_limits = [problem for problem in environment.warnings() if problem.where[0] != "routes"]
    assert about_limits == []


def test_the_preset_s_table_is_the_preset() -> None:
    text = (ROOT / "docs/waf.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(AWSManagedRules\w+)` \| `(\w+)` \| (.+?) \| <(.+)> \|$", text, re.MULTILINE)
    assert rows == [(group, rule.name, rule.why, rule.source) for group, rules in LLM_PRESET.items() for rule in rules]


@pytest.mark.parametrize("group", KNOWN_RULES)
def test_the_preset_names_rules_that_the_group_has(group: str) -> None:
    assert {rule.name for rule in LLM_PRESET[group]} <= KNOWN_RULES[group]
