"""What the packaged function in front of a model costs: its calls, its time, its log and its metrics."""

import json
from pathlib import Path

import pytest

from review.commands import main
from review.cost.bill import Line, Traffic, bill
from review.cost.model_functions import LAMBDA_LINES_BYTES, METERED_LINE_BYTES
from review.cost.prices import read_prices
from review.cost.report import report
from review.pull_request.cost_change import cost_change
from settings.environment import Environment
from tests.environment_files import MINIMAL, environment, write
from tests.gateway.routes import with_route

BEDROCK = 'type = "bedrock"\nmodel_id = "amazon.nova-lite-v1:0"\n'
HTTP = 'type = "http"\nurl = "https://llm.example.com"\n'
LIMIT = '[[token_limits]]\nname = "a"\nby = "ip"\ntokens_per_minute = 100_000\n'
CALLS, TIME = "Lambda: in front of the model", "Lambda: in front of the model, its time"
LOG = "Logs: function in front of the model"


def found(settings: Environment, *, free: bool = False, seconds: float = 10, millions: int = 1) -> dict[str, Line]:
    traffic = Traffic(requests=millions * 1_000_000, answer_seconds=seconds)
    return {line.item: line for line in bill(settings, traffic, read_prices(None), with_free=free)}


def test_a_bedrock_route_pays_for_the_time_of_its_model(tmp_path: Path) -> None:
    lines = found(environment(tmp_path, with_route(BEDROCK)))
    assert lines[CALLS].dollars == pytest.approx(0.2)
    # 256 MB for ten seconds, a million times.
    assert lines[TIME].quantity == pytest.approx(2_500_000)
    assert lines[TIME].dollars == pytest.approx(2_500_000 * 0.0000166667)
    assert lines[LOG].quantity == pytest.approx(LAMBDA_LINES_BYTES / 1000)
    assert "CloudWatch: metrics of limits in tokens" not in lines


def test_a_metered_route_has_the_memory_of_the_metering(tmp_path: Path) -> None:
    lines = found(environment(tmp_path, with_route(HTTP, tables=LIMIT + "[token_metering]\nmemory_size = 1024\n")))
    assert lines[TIME].quantity == pytest.approx(10_000_000)
    assert lines[LOG].quantity == pytest.approx((LAMBDA_LINES_BYTES + METERED_LINE_BYTES) / 1000)
    # Six of every request, and TokensRefused.
    assert lines["CloudWatch: metrics of limits in tokens"].quantity == 7


def test_a_route_without_a_packaged_function_costs_no_lambda(tmp_path: Path) -> None:
    for integration in (HTTP, 'type = "mock"\n'):
        assert not [item for item in found(environment(tmp_path, with_route(integration))) if "Lambda" in item]


def test_a_function_runs_no_longer_than_its_routes_timeout(tmp_path: Path) -> None:
    settings = environment(tmp_path, with_route(BEDROCK + "timeout_milliseconds = 4000\n"))
    assert found(settings)[TIME].quantity == pytest.approx(1_000_000)
    assert found(settings, seconds=2)[TIME].quantity == pytest.approx(500_000)


def test_the_route_that_costs_most_counts_for_all(tmp_path: Path) -> None:
    large = f'[[routes]]\nmethod = "POST"\npath = "/large"\n[routes.integration]\n{BEDROCK}memory_size = 512\n'
    settings = environment(tmp_path, with_route(BEDROCK, tables=large))
    assert found(settings)[TIME].quantity == pytest.approx(5_000_000)
    (note,) = [
        note for note in report(settings, Traffic(requests=1_000_000), read_prices(None)).notes if "front" in note
    ]
    assert note == (
        "The function in front of the model runs until the answer ends: 10 s are assumed (--seconds, at most the "
        "route's timeout) with 512 MB (x86_64), as if every request were of POST /large. Its log: 350 bytes a request. "
        "On average 3.9 run at once, of the 1,000 that an account has for all its functions by default."
    )


def test_the_time_gets_cheaper_by_tiers(tmp_path: Path) -> None:
    lines = found(environment(tmp_path, with_route(BEDROCK)), millions=8000)  # 20 billion GB-seconds
    expected = 6e9 * 0.0000166667 + 9e9 * 0.000015 + 5e9 * 0.0000133334
    assert lines[TIME].dollars == pytest.approx(expected)


def test_what_is_free_is_subtracted_once(tmp_path: Path) -> None:
    plan = "api_key_required = true\n"
    keys = '[usage_plans.free]\nquota = { limit = 9, period = "DAY" }\napi_keys = ["a"]\n'
    text = with_route(BEDROCK, more=plan, tables=keys).replace("[api]", '[api]\nkey_source = "BEARER"')
    settings = environment(tmp_path, text)
    lines = found(settings, free=True)
    # Both lines are GB-seconds, of which 400,000 are free for the whole account, and so are calls.
    gb_seconds = [line for line in lines.values() if line.price == "lambda_gb_seconds"]
    calls = [line for line in lines.values() if line.price == "lambda_requests"]
    assert len(gb_seconds) == len(calls) == 2
    total = sum(line.quantity for line in gb_seconds)
    assert sum(line.dollars for line in gb_seconds) == pytest.approx((total - 400_000) * 0.0000166667)
    assert sum(line.dollars for line in calls) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("tables", "metrics"),
    [
        (LIMIT + "requests_per_minute = 9\nconcurrent_requests = 3\n", 9),
        (LIMIT + 'mode = "count"\n', 7),  # WouldRefuse instead of TokensRefused
        (LIMIT + "usd_per_month = 1\n[token_prices.m]\ninput = 1\noutput = 1\n", 9),
    ],
)
def test_only_metrics_that_can_occur_are_charged(tmp_path: Path, tables: str, metrics: int) -> None:
    lines = found(environment(tmp_path, with_route(HTTP, tables=tables)))
    assert lines["CloudWatch: metrics of limits in tokens"].quantity == metrics


def test_the_command_takes_the_seconds_and_tells_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(write(tmp_path, with_route(BEDROCK)))
    assert main(["cost", file, "--seconds", "3", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    (line,) = [line for line in data["lines"] if line["item"] == TIME]
    assert (data["answer_seconds"], line["quantity"]) == (3, pytest.approx(750_000))
    assert main(["cost", file]) == 0
    assert "10 s are assumed" in " ".join(capsys.readouterr().out.split())
    assert main(["cost", file, "--seconds", "0"]) == 1
    assert capsys.readouterr().err.startswith("Invalid value for '--seconds'")


def test_a_pull_request_has_the_same_cost(tmp_path: Path) -> None:
    before = environment(tmp_path, MINIMAL)
    after = environment(tmp_path, with_route(BEDROCK))
    prices = read_prices(None)
    change = cost_change(before, after, prices)
    assert change.after == pytest.approx(sum(line.dollars for line in found(after).values()))
    assert {item.item for item in change.items} == {CALLS, TIME, LOG, f"{LOG}, kept 30 days"}
