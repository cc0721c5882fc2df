"""Any environment as the emulator can deploy it: the same limits, and what is another way is said."""

from pathlib import Path

import pytest

from demo.for_emulator import for_emulator
from settings.environment import Environment
from settings.integration import HttpIntegration
from settings.read import read_environment
from settings.throttling import Throttle
from settings.token_limits.covering import covering, metered_routes
from settings.usage_plan import key_names
from tests.environment_files import ROOT

URL = "http://127.0.0.1:4999"
MODEL = "http://127.0.0.1:4998"
FILES = sorted([*ROOT.glob("environments/*.toml"), *ROOT.glob("docs/examples/*.toml")])
TOKENS = [ROOT / "demo" / "token_limits.toml", *(file for file in FILES if metered_routes(read_environment(file)))]


def converted(
    file: Path, folder: Path, model: str | None = None
) -> tuple[Environment, Environment, dict[str, str], tuple[str, ...]]:
    before = read_environment(file)
    text, keys, differences = for_emulator(file, before, URL, model)
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
    assert {line.partition(": ")[0] for line in differences if ": a mock instead of" in line} == replaced


def test_a_web_acl_of_ones_own_stays_and_another_owners_does_not(tmp_path: Path) -> None:
    _, after, _, _ = converted(ROOT / "environments" / "prod.toml", tmp_path)
    assert after.waf
    assert [rule.name for rule in after.waf.rate_rules] == ["per-ip"]


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    _, _, _, differences = converted(ROOT / "docs" / "examples" / "access.toml", tmp_path)
    assert "[domain]: left out" in differences
    assert "POST /v1/chat/completions: without its authorization, users" in differences
    _, _, _, differences = converted(ROOT / "docs" / "examples" / "clients.toml", tmp_path)
    assert "api.key_source: HEADER instead of BEARER, which the emulator does not act on" in differences
    assert "API keys: with the demo's own values" in differences
    _, _, _, differences = converted(ROOT / "docs" / "examples" / "token_limits.toml", tmp_path)
    assert "[token_limits]: left out" in differences
    free = "requests_per_minute, tokens_per_minute, tokens_per_day, concurrent_requests"
    assert f"usage_plans.free: without {free}, since no function is in front of a mock" in differences


@pytest.mark.parametrize("file", TOKENS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_limits_in_tokens_stay_with_a_model_behind_them(tmp_path: Path, file: Path) -> None:
    before, after, _, differences = converted(file, tmp_path, MODEL)
    assert [route.key for route in metered_routes(after)] == [route.key for route in metered_routes(before)]
    assert after.token_metering == before.token_metering
    assert after.token_prices == before.token_prices
    assert after.token_store == before.token_store
    assert after.api.key_source == before.api.key_source
    for was, route in zip(before.routes, after.routes, strict=True):
        if covering(before, was):
            assert covering(after, route) == covering(before, was)
            assert isinstance(route.integration, HttpIntegration)
            assert route.integration.url == f"{MODEL}{route.path.replace('+}', '}')}"
            assert f"{route.key}: a model of the demo instead of its {was.integration.type} backend" in differences
    assert "[token_limits]: left out" not in differences


def test_what_the_demo_adds_to_the_emulator_is_said(tmp_path: Path) -> None:
    _, _, _, differences = converted(ROOT / "demo" / "token_limits.toml", tmp_path, MODEL)
    assert differences == (
        "POST /v1/{proxy+}: a model of the demo instead of its http backend",
        "API keys: the emulator does not tell a function which key called; the demo adds that",
        "api.key_source: the emulator does not use the key that the authorizer answers; the demo adds that",
        "API keys: with the demo's own values",
    )
    _, _, _, differences = converted(ROOT / "docs" / "examples" / "token_limits.toml", tmp_path, MODEL)
    assert "POST /model: BUFFERED instead of STREAM, which the emulator does not support" in differences


def test_a_limit_by_what_an_authorizer_establishes_is_left_out_with_it(tmp_path: Path) -> None:
    file = tmp_path / "by_principal.toml"
    text = (ROOT / "demo" / "token_limits.toml").read_text(encoding="utf-8")
    text = text.replace('key_source = "BEARER"\n', "")
    limit = '[[token_limits]]\nname = "person"\nby = ["principal", "ip"]\ntokens_per_minute = 9\n'
    file.write_text(
        text.replace("api_key_required = true", 'api_key_required = true\nauthorization = "AWS_IAM"') + limit,
        encoding="utf-8",
    )
    (tmp_path / "out").mkdir()
    _, after, _, differences = converted(file, tmp_path / "out", MODEL)
    assert after.token_limits == ()
    assert "token_limits person: left out with the authorization that it counts by" in differences
    assert "POST /v1/{proxy+}: without its authorization, AWS_IAM" in differences
