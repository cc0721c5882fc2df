"""Any environment as the emulator can deploy it: the same limits, and what is another way is said."""

from pathlib import Path

import pytest

from demo.for_emulator import for_emulator
from settings.environment import Environment
from settings.read import read_environment
from settings.throttling import Throttle
from settings.usage_plan import key_names
from tests.environment_files import ROOT

URL = "http://127.0.0.1:4999"
FILES = sorted([*ROOT.glob("environments/*.toml"), *ROOT.glob("docs/examples/*.toml")])


def converted(file: Path, folder: Path) -> tuple[Environment, Environment, dict[str, str], tuple[str, ...]]:
    before = read_environment(file)
    text, keys, differences = for_emulator(file, before, URL)
    copy = folder / file.name
    copy.write_text(text, encoding="utf-8")
    return before, read_environment(copy), keys, differences


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_limits_stay_and_nothing_else_is_needed(tmp_path: Path, file: Path) -> None:
    before, after, keys, differences = converted(file, tmp_path)
    assert after.aws.endpoint_url == URL
    assert after.throttling == before.throttling
    assert after.rate_limit_response == before.rate_limit_response
    assert after.cors == before.cors
    assert [route.key for route in after.routes] == [route.key for route in before.routes]
    assert {route.integration.type for route in after.routes} == {"mock"}
    account = Throttle(rate_limit=before.account_throttle.rate_limit, burst_limit=before.account_throttle.burst_limit)
    assert {(name, plan.throttle, plan.quota) for name, plan in after.usage_plans.items()} == {
        # AWS takes no plan that limits nothing.
        (name, plan.throttle if plan.throttle or plan.quota else account, plan.quota)
        for name, plan in before.usage_plans.items()
    }
    assert keys.keys() == set(key_names(after.usage_plans).values())
    replaced = {route.key for route in before.routes if route.integration.type != "mock"}
    assert {line.partition(": ")[0] for line in differences if ": a mock in place of" in line} == replaced


def test_a_web_acl_of_ones_own_stays_and_another_owners_does_not(tmp_path: Path) -> None:
    _, after, _, _ = converted(ROOT / "environments" / "prod.toml", tmp_path)
    assert after.waf
    assert [rule.name for rule in after.waf.rate_rules] == ["per-ip"]


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    _, _, _, differences = converted(ROOT / "docs" / "examples" / "access.toml", tmp_path)
    assert "[domain]: left out" in differences
    assert "POST /v1/chat/completions: without its authorization, users" in differences
    _, _, _, differences = converted(ROOT / "docs" / "examples" / "clients.toml", tmp_path)
    assert "api.key_source: HEADER in place of BEARER, which the emulator does not act on" in differences
    assert "API keys: with values of the demo's own" in differences
    _, _, _, differences = converted(ROOT / "docs" / "examples" / "token_limits.toml", tmp_path)
    assert "[token_limits]: left out" in differences
    free = "requests_per_minute, tokens_per_minute, tokens_per_day, concurrent_requests"
    assert f"usage_plans.free: without {free}, since no function is in front of a mock" in differences
