"""Recorded traffic against limits in tokens: joined with the function's log, or out of the log's own fields."""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from review.commands import main
from review.engine.outcome import Outcome
from review.layers.from_settings import layers_of
from review.layers.layers import Layers
from review.layers.token_layer import TokenBudget
from review.refusal import ReviewError
from review.replay.chosen import choose
from review.replay.replay import Replayed
from review.replay.report import report
from review.replay.suggest import suggestions
from settings.read import read_environment
from tests.review.replay.logs import START, Line, line, replayed, write
from tests.review.simulation.test_token_limits import budget, limited

ROUTE = "POST /chat"


def environment(*budgets: TokenBudget) -> Layers:
    found = limited(*budgets)
    [route] = found.routes
    tokens = found.tokens
    assert tokens
    routes = {ROUTE: tokens.routes[route.key]}
    budgets_of_route = tuple(replace(each, routes=frozenset({ROUTE})) for each in tokens.budgets)
    return replace(
        found,
        routes=(replace(route, key=ROUTE),),
        tokens=replace(tokens, budgets=budgets_of_route, routes=routes),
        meterable=replace(tokens, budgets=(), routes=routes),
    )


def request(number: int, second: float, **more: str) -> Line:
    return line(second, route=ROUTE, requestId=f"id-{number}", responseLatency="0", **more)


def metric(number: int, reserved: int, usage: Any = None, **more: Any) -> str:
    """As constructs/gateway/metered_function/metrics.mjs writes it."""
    values = {"Requests": 1, "TokensReserved": reserved}
    if isinstance(usage, dict) and usage.keys() == used(0).keys():
        values["TokensUsed"] = sum(usage.values())
    return json.dumps(
        {"_aws": {"Timestamp": 1}, **values, "requestId": f"id-{number}", "model": "m", "usage": usage, **more}
    )


def used(count: int) -> dict[str, int]:
    return {"input": count, "cached_input": 0, "cache_write": 0, "output": 0}


def outcomes(found: Replayed) -> dict[Outcome, int]:
    return {outcome: count for outcome, count in found.tally.outcomes.items() if count}


def both(folder: Path, requests: Sequence[Line], metrics: Sequence[str]) -> tuple[Path, Path]:
    return write(folder, requests), write(folder, metrics, "function.log")


def test_the_functions_log_says_what_each_request_used(tmp_path: Path) -> None:
    """A hundred tokens a minute: sixty, sixty refused, and a second later forty."""
    requests = [request(number, number) for number in range(3)]
    files = both(tmp_path, requests, [metric(0, 60, used(60)), metric(1, 60, used(60)), metric(2, 40, used(40))])
    found = replayed(environment(budget(tokens_per_minute=100)), *files)
    assert outcomes(found) == {Outcome.ACCEPTED: 2, Outcome.TOKEN_LIMIT: 1}
    assert found.refused_by_tokens == {"tokens_per_minute of a": 1}
    assert f"{files[1].as_posix()}: recognized as the log of the function in front of the model" in found.taken_for


def test_what_was_reserved_too_much_goes_back_when_the_request_ends(tmp_path: Path) -> None:
    for latency, accepted in (("500", 3), ("5000", 1)):
        folder = tmp_path / latency
        folder.mkdir()
        requests = [request(number, number) | {"responseLatency": latency} for number in range(3)]
        files = both(folder, requests, [metric(number, 60, used(10)) for number in range(3)])
        found = replayed(environment(budget(tokens_per_minute=100)), *files)
        assert outcomes(found)[Outcome.ACCEPTED] == accepted


def test_lambdas_own_lines_and_prefixes_are_passed_over(tmp_path: Path) -> None:
    requests = [request(number, number) for number in range(3)]
    lines = ["INIT_START Runtime Version: nodejs:22", "START RequestId: 0a Version: $LATEST"]
    lines += [f"2026-03-02T08:26:40.000Z\t0a\tINFO\t{metric(number, 60, used(60))}" for number in range(3)]
    lines += ["END RequestId: 0a", "REPORT RequestId: 0a\tDuration: 3 ms"]
    files = both(tmp_path, requests, lines)
    found = replayed(environment(budget(tokens_per_minute=100)), *files)
    assert outcomes(found) == {Outcome.ACCEPTED: 1, Outcome.TOKEN_LIMIT: 2}


def filtered(messages: Sequence[str]) -> bytes:
    """As `aws logs filter-log-events` writes it."""
    return json.dumps({"events": [{"timestamp": 1, "message": message} for message in messages]}).encode()


def subscribed(messages: Sequence[str]) -> bytes:
    """As a subscription sends it."""
    events = [{"id": "1", "timestamp": 1, "message": message} for message in messages]
    sent = {"messageType": "DATA_MESSAGE", "logGroup": "/aws/lambda/f", "logStream": "s", "logEvents": events}
    return gzip.compress(json.dumps(sent).encode())


def exported(messages: Sequence[str]) -> bytes:
    """As Logs Insights exports it."""
    rows = ['"{}"'.format(message.replace('"', '""')) for message in messages]
    return "\n".join(["@timestamp,@message", *(f"2026-03-02 08:26:40.000,{row}" for row in rows)]).encode()


@pytest.mark.parametrize("envelope", [filtered, subscribed, exported])
def test_the_functions_log_in_an_envelope(tmp_path: Path, envelope: Callable[[Sequence[str]], bytes]) -> None:
    access = write(tmp_path, [request(number, number) for number in range(2)])
    function = tmp_path / "function"
    function.write_bytes(envelope([metric(number, 60, used(60)) for number in range(2)]))
    found = replayed(environment(budget(tokens_per_minute=100)), access, function)
    assert outcomes(found) == {Outcome.ACCEPTED: 1, Outcome.TOKEN_LIMIT: 1}


def test_a_request_without_usage_counts_what_was_reserved(tmp_path: Path) -> None:
    requests = [request(number, number) for number in range(2)]
    files = both(tmp_path, requests, [metric(0, 60), metric(1, 60)])
    found = replayed(environment(budget(tokens_per_minute=100)), *files)
    assert outcomes(found) == {Outcome.ACCEPTED: 1, Outcome.TOKEN_LIMIT: 1}


def test_requests_that_the_function_has_not_logged_have_no_tokens(tmp_path: Path) -> None:
    requests = [request(number, number) for number in range(4)]
    files = both(tmp_path, requests, [metric(0, 60, used(60)), "{not json", '{"_aws":{"TokensReserved"}'])
    found = replayed(environment(budget(tokens_per_minute=100)), *files)
    assert outcomes(found) == {Outcome.ACCEPTED: 4}
    assert "3 of 4 requests have no tokens in the log, and count only as requests." in found.notes


@pytest.mark.parametrize(
    "broken",
    [
        metric(1, 60, TokensReserved=1e300),
        metric(1, 60, TokensReserved=-1),
        metric(1, 60, TokensReserved="many"),
        metric(1, 60, "much"),
        metric(1, 60, {"input": [1]}),
        metric(1, 60, {"input": 1e300, "output": -5}),
        metric(1, 60, requestId=None),
        metric(1, 60, requestId={"a": 1}),
        metric(1, 60, model=["m"]),
        '{"_aws":' + "[" * 100_000 + "]" * 100_000 + ',"TokensReserved":1}',
        metric(1, 60).replace("TokensReserved", "TokensReserved\\u0000"),
    ],
    ids=range(11),
)
def test_a_broken_line_of_the_function_costs_no_other(tmp_path: Path, broken: str) -> None:
    requests = [request(number, number) for number in range(3)]
    files = both(tmp_path, requests, [metric(0, 60, used(60)), broken, metric(2, 60, used(60))])
    found = replayed(environment(budget(tokens_per_minute=100)), *files)
    assert found.tally.requests == 3
    assert outcomes(found)[Outcome.TOKEN_LIMIT] >= 1, "the third finds the sixty of the first"


def test_the_functions_log_alone_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, [metric(0, 60, used(60))], "function.log")
    with pytest.raises(ReviewError) as caught:
        replayed(environment(budget(requests_per_minute=1)), file)
    assert str(caught.value) == (
        f"{file.as_posix()}: the log of the function in front of the model has tokens, and not who sent the requests; "
        "name the access log too"
    )


def test_a_log_without_tokens_says_so_in_one_line(tmp_path: Path) -> None:
    file = write(tmp_path, [request(number, number) for number in range(4)])
    found = replayed(environment(budget(requests_per_minute=1)), file)
    assert outcomes(found) == {Outcome.ACCEPTED: 4}
    assert found.layers.tokens is None
    assert found.notes == (
        "The log has no tokens, so limits in tokens are left out. The log of the function has them: name it too.",
    )
    assert "token_limit" not in report(found, suggestions(found)).data["outcomes"]


def test_the_tokens_of_litellms_log(tmp_path: Path) -> None:
    """Which says no cap: what an idle caller may is reserved, and what was not used goes back after its time."""
    lines = [
        json.dumps(
            {
                "startTime": START + 10 * number,
                "requester_ip_address": "192.0.2.1",
                "call_type": "acompletion",
                "prompt_tokens": 30,
                "completion_tokens": 30,
                "response_time": 1.0,
                "model": "m",
                "metadata": {"user_api_key_hash": "k"},
            }
        )
        for number in range(5)
    ]
    layers = environment(budget(tokens_per_minute=100))
    tokens = layers.tokens
    assert tokens
    [route] = layers.routes
    key = "POST /v1/chat/completions"
    layers = replace(
        layers,
        routes=(replace(route, key=key),),
        tokens=replace(
            tokens,
            budgets=(replace(tokens.budgets[0], routes=frozenset({key})),),
            routes={key: tokens.routes[ROUTE]},
        ),
    )
    found = replayed(layers, write(tmp_path, lines))
    assert outcomes(found)[Outcome.TOKEN_LIMIT] == 3, "60 are used, which come back in 36 seconds"
    assert found.refused_by_tokens == {"tokens_per_minute of a": 3}


def test_budgets_by_what_no_log_says_are_left_out(tmp_path: Path) -> None:
    files = both(tmp_path, [request(0, 0)], [metric(0, 60, used(60))])
    by_claim = replace(budget(tokens_per_minute=100), by=("claim:team",), name="team")
    found = replayed(environment(by_claim, replace(budget(tokens_per_minute=100), name="all")), *files)
    assert found.layers.tokens
    assert [each.name for each in found.layers.tokens.budgets] == ["all"]
    assert "Limits in tokens by something that the log does not contain are left out: claim:team (team)." in found.notes


def test_each_caller_has_its_own_budget(tmp_path: Path) -> None:
    requests = [request(number, number, ip=f"192.0.2.{number % 2}") for number in range(4)]
    files = both(tmp_path, requests, [metric(number, 60, used(60)) for number in range(4)])
    found = replayed(environment(budget("ip", tokens_per_minute=100)), *files)
    assert found.tally.by_client[:2, Outcome.TOKEN_LIMIT].tolist() == [1, 1]


def test_blocks_go_on_where_the_one_before_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the log is cut, and whatever is open at a cut."""
    requests = [request(number, number / 10) | {"responseLatency": "700"} for number in range(600)]
    files = both(tmp_path, requests, [metric(number, 40, used(number % 40)) for number in range(600)])
    layers = environment(
        budget(tokens_per_minute=3000, concurrent_requests=6), budget("ip", name="b", tokens_per_day=9000)
    )
    whole = outcomes(replayed(layers, *files))
    monkeypatch.setattr("review.replay.source.BLOCK", 4096)
    monkeypatch.setattr("review.replay.source.READ", 4096)
    assert outcomes(replayed(layers, *files)) == whole
    assert len(whole) == 2


FILE = """
[aws]
region = "us-east-1"

[api]
name = "t"

[stage]
name = "prod"

[throttling]
rate_limit = 1000
burst_limit = 1000

[usage_plans.free]
api_keys = ["trial"]   # one
throttle = { rate_limit = 100, burst_limit = 100 }

[[routes]]
method = "POST"
path = "/chat"
api_key_required = true

[routes.integration]
type = "http"
url = "https://llm.example.com/v1/chat/completions"
"""


def keyed(folder: Path) -> tuple[Path, Path]:
    """Twenty keys, each with a request of its number times a hundred tokens in each of ten minutes."""
    requests, metrics = [], []
    for minute in range(10):
        for key in range(20):
            number = minute * 20 + key
            requests.append(request(number, 60 * minute + key, key=f"key{key}"))
            metrics.append(metric(number, 100 * (key + 1), used(100 * (key + 1))))
    return both(folder, requests, metrics)


def test_tokens_a_minute_are_suggested_by_key_and_replayed(tmp_path: Path) -> None:
    environment_file = tmp_path / "t.toml"
    environment_file.write_text(FILE, encoding="utf-8")
    found = replayed(layers_of(read_environment(environment_file)), *keyed(tmp_path))
    suggested = suggestions(found)
    [choice] = [each for each in suggested.choices if each.layer == "token limit"]
    assert (choice.name, choice.callers, choice.requests) == ("free", 20, 200)
    assert choice.measured == "busiest minute of each API key, in tokens (half of the keys: at most 1,000)"
    assert [(each.percentiles, each.setting) for each in choice.candidates] == [
        ((90.0,), {"tokens_per_minute": 1800}),
        ((99.0, 99.9, 100.0), {"tokens_per_minute": 2000}),
    ]
    [tightest, loosest] = choice.candidates
    assert (tightest.callers_refused, tightest.requests_refused) == (2, 20), "two keys ask for more than 1,800 at once"
    assert (loosest.callers_refused, loosest.requests_refused) == (0, 0)
    chosen = choose(found, suggested, environment_file)
    assert "tokens_per_minute = 2000\n" in chosen.written.text
    assert chosen.outcomes.by_client[:, Outcome.TOKEN_LIMIT].sum() == 0


def test_minutes_go_on_in_the_next_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment_file = tmp_path / "t.toml"
    environment_file.write_text(FILE, encoding="utf-8")
    layers = layers_of(read_environment(environment_file))
    requests = [request(number, number / 5, key="key") for number in range(600)]
    files = both(tmp_path, requests, [metric(number, 10, used(10)) for number in range(600)])
    whole = suggestions(replayed(layers, *files)).choices
    monkeypatch.setattr("review.replay.source.BLOCK", 4096)
    monkeypatch.setattr("review.replay.source.READ", 4096)
    assert suggestions(replayed(layers, *files)).choices == whole
    [choice] = [each for each in whole if each.layer == "token limit"]
    assert choice.chosen.setting == {"tokens_per_minute": 3000}


def test_the_command_reads_both_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment_file = tmp_path / "t.toml"
    environment_file.write_text(
        FILE.replace("[usage_plans.free]", "[usage_plans.free]\ntokens_per_minute = 1500"), encoding="utf-8"
    )
    copy = tmp_path / "copy.toml"
    files = [str(file) for file in keyed(tmp_path)]
    assert main(["replay", str(environment_file), *files, "--format", "json", "--write", str(copy)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["outcomes"]["above_limit"] == 50
    assert said["refused_by_token_limits"] == {}
    assert "token limit" in {each["layer"] for each in said["suggestions"]}
    assert "tokens_per_minute = 2000" in copy.read_text(encoding="utf-8")
    assert main(["replay", str(environment_file), files[0]]) == 0
    assert "The log has no tokens, so limits in tokens are left out." in " ".join(capsys.readouterr().out.split())
