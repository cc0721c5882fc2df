import gzip
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.engine.outcome import Outcome
from review.engine.rate_window import WafModel
from review.layers.layers import Layers, Plan, RateWindow, RouteLimits
from review.refusal import ReviewError
from review.replay import source
from review.replay.columns import said_columns
from review.replay.replay import Log, replay
from review.replay.suggest import suggestions
from review.simulation.traffic import read_traffic
from settings.throttling import Throttle
from settings.usage_plan import Quota
from tests.review.engine.decided import AT_ONCE, MICROSECONDS, PLENTY, layers
from tests.review.engine.reference import ReferenceBucket, ReferenceWindow
from tests.review.replay.logs import START, line, replayed, write
from tests.review.simulation.traffic_files import environment, simulated

TWO = Throttle(rate_limit=1, burst_limit=2)


def outcomes(found: dict[Outcome, int]) -> dict[Outcome, int]:
    return {outcome: count for outcome, count in found.items() if count}


def routes(*keys: str) -> Layers:
    return replace(layers(), routes=tuple(RouteLimits(key=key, bucket=None, own=True) for key in keys))


def test_whom_a_log_would_have_hit(tmp_path: Path) -> None:
    log = write(tmp_path, [*(line(0, "192.0.2.1") for _ in range(5)), line(1, "192.0.2.2")])
    found = replayed(layers(bucket=TWO), log)
    assert outcomes(found.tally.outcomes) == {Outcome.ACCEPTED: 3, Outcome.METHOD: 3}
    assert found.clients == ("192.0.2.1", "192.0.2.2")
    assert found.tally.by_client[:2, Outcome.METHOD].tolist() == [3, 0]
    assert found.problems == {}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pauses=st.lists(st.integers(0, 20_000), min_size=1, max_size=150),
    clients=st.lists(st.integers(0, 3), min_size=150, max_size=150),
    limit=st.integers(1, 10),
    burst=st.integers(1, 5),
)
def test_every_request_meets_the_layers_as_in_the_slow_models(
    tmp_path: Path, pauses: list[int], clients: list[int], limit: int, burst: int
) -> None:
    window, bucket = RateWindow(name="per-ip", limit=limit, window_sec=60), Throttle(rate_limit=0.5, burst_limit=burst)
    waf = WafModel(interval_sec=10, lag_sec=10)
    slow_window, slow_bucket = ReferenceWindow(window, waf), ReferenceBucket(bucket)
    expected: Counter[Outcome] = Counter()
    entries, time = [], 0
    for pause, client in zip(pauses, clients, strict=False):
        time += pause
        entries.append(line(time / 1000, f"192.0.2.{client}"))
        absolute = round(START * MICROSECONDS) + time * 1000
        if slow_window.stops(client, absolute):
            expected[Outcome.WAF] += 1
        else:
            expected[Outcome.ACCEPTED if slow_bucket.take(absolute) else Outcome.METHOD] += 1
    found = replayed(layers(windows=[window], bucket=bucket), write(tmp_path, entries), waf=waf)
    assert outcomes(found.tally.outcomes) == dict(expected)


def test_a_simulation_written_as_a_log_and_replayed_is_the_same(tmp_path: Path) -> None:
    """One engine with two inputs. A log has only milliseconds, so a few requests may differ."""
    local = environment("local")
    result = simulated(local, read_traffic("abuser"))
    sent = result.arrivals.requests
    entries = [
        line(time / 1e6 - START, result.arrivals.callers[client].ip, local.routes[route].key)
        for time, client, route in zip(
            sent.time.tolist(), result.arrivals.client.tolist(), sent.route.tolist(), strict=True
        )
    ]
    found = replayed(local, write(tmp_path, entries)).tally.outcomes
    counts = Counter(result.sent.outcome.tolist())
    assert all(abs(found[outcome] - counts[int(outcome)]) <= 0.002 * len(entries) for outcome in Outcome)


@pytest.mark.parametrize("name", ["access.log", "access.log.gz", "access.json"])
def test_plain_and_gzip_are_told_apart_by_what_they_hold(tmp_path: Path, name: str) -> None:
    assert replayed(layers(), write(tmp_path, [line(0), line(1)], name)).tally.requests == 2


def test_a_gzip_file_of_several_parts(tmp_path: Path) -> None:
    file = tmp_path / "access.log.gz"
    file.write_bytes(b"".join(gzip.compress(write(tmp_path, [line(second)]).read_bytes()) for second in range(3)))
    assert replayed(layers(), file).tally.requests == 3


def test_files_follow_one_another(tmp_path: Path) -> None:
    first, second = write(tmp_path, [line(0)], "1.log"), write(tmp_path, [line(0.5), line(0.6)], "2.log.gz")
    found = replayed(layers(bucket=TWO), first, second)
    assert outcomes(found.tally.outcomes) == {Outcome.ACCEPTED: 2, Outcome.METHOD: 1}


@pytest.mark.parametrize("packed", [False, True])
def test_csv_with_a_header(tmp_path: Path, *, packed: bool) -> None:
    text = (
        "status,time,ip,agent,method,path\n"
        f'200,{START:.0f},192.0.2.1,"a, b",post,/chat?x=1\n'
        "429,2026-03-02T08:26:41Z,192.0.2.1,,POST,/chat\n"
        "200,2026-03-02 08:26:41.5,192.0.2.2,,POST,/chat/\n"
        "200,02/Mar/2026:08:26:42 +0000,192.0.2.2,,POST,/chat\n"
    ).encode()
    file = tmp_path / ("log.csv.gz" if packed else "log.csv")
    file.write_bytes(gzip.compress(text) if packed else text)
    found = replayed(layers(), file)
    assert (found.tally.requests, found.problems) == (4, {})
    assert (found.tally.first, found.tally.last) == (START * 1e6, (START + 2) * 1e6)


def test_columns_may_be_called_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(f"ts,client,method,path,token\n{START},192.0.2.1,POST,/chat,abc\n")
    log = Log(files=(file,), columns=said_columns("time=ts, ip=client, key=token"))
    found = replay(layers(plans=[Plan(name="free", bucket=TWO)], key_required=True), log, WafModel())
    assert outcomes(found.tally.outcomes) == {Outcome.ACCEPTED: 1}


@pytest.mark.parametrize("packed", [False, True])
def test_a_csv_column_called_key_holds_the_keys(tmp_path: Path, *, packed: bool) -> None:
    text = f"time,ip,method,path,key\n{START},192.0.2.1,POST,/chat,abc\n{START},192.0.2.1,POST,/chat,\n".encode()
    file = tmp_path / ("log.csv.gz" if packed else "log.csv")
    file.write_bytes(gzip.compress(text) if packed else text)
    found = replayed(layers(plans=[Plan(name="free", bucket=TWO)], key_required=True), file)
    assert outcomes(found.tally.outcomes) == {Outcome.ACCEPTED: 1, Outcome.NO_KEY: 1}


def test_a_log_without_keys_leaves_the_usage_plans_out_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(f"time,ip,method,path\n{START},192.0.2.1,POST,/chat\n")
    found = replayed(layers(plans=[Plan(name="free", bucket=TWO)], key_required=True), file)
    assert outcomes(found.tally.outcomes) == {Outcome.ACCEPTED: 1}
    assert found.notes == ("The log has no API keys, so usage plans and quotas are left out.",)


@pytest.mark.parametrize("said", ["when=ts", "time", "time="])
def test_a_column_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ReviewError) as caught:
        said_columns(said)
    assert str(caught.value) == (
        f"--columns {said}: must be one of time, ip, method, path, key, count, request, input_tokens, output_tokens, "
        "model, milliseconds, seconds, then = and the log's own name"
    )


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ("time,ip,path", "no column method; it has time, ip, path; --columns says which is which"),
        ("time,ip,ip,method,path", "two columns have the same name: time, ip, ip, method, path"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(tmp_path: Path, header: str, error: str) -> None:
    file = tmp_path / "log.csv"
    file.write_text(f"{header}\n1,2,3\n")
    with pytest.raises(ReviewError) as caught:
        replayed(layers(), file)
    assert str(caught.value) == f"{file.as_posix()}: {error}"


@pytest.mark.parametrize(
    ("asked", "route"),
    [
        ("GET /v1/models", 0),
        ("get /v1/models/?limit=2", 0),
        ("GET /v1/models/gpt", 1),
        ("GET /v1/models/{id}", 1),
        ("GET /v1/models/mine", 2),
        ("GET /v1/files/a/b/c", 3),
        ("GET /v1/files/{path+}", 3),
        ("POST /v1/models", None),
        ("GET /v1", None),
        ("GET /v1/models/a/b", None),
    ],
)
def test_the_route_is_found_as_api_gateway_finds_it(tmp_path: Path, asked: str, route: int | None) -> None:
    """A fixed part before a variable, a variable before a greedy one."""
    keys = ("GET /v1/models", "GET /v1/models/{id}", "GET /v1/models/mine", "GET /v1/files/{path+}")
    known = routes(*keys)
    if route is None:
        with pytest.raises(ReviewError, match="1 x route that the environment does not have"):
            replayed(known, write(tmp_path, [line(0, route=asked)]))
        return
    found = replayed(known, write(tmp_path, [line(0, route=asked)]))
    asked_for = np.concatenate([block.requests.route for block in found.recorded.blocks()])
    assert asked_for.tolist() == [route]


def test_a_preflight_is_counted_by_itself(tmp_path: Path) -> None:
    found = replayed(routes("POST /chat"), write(tmp_path, [line(0), line(1, route="OPTIONS /chat")]))
    assert found.problems == {"CORS preflight (OPTIONS), not limited with its route": 1}


@pytest.mark.parametrize(
    ("key", "stops"),
    [(("ip",), True), ((), True), (("method",), False), (("ip", "path"), False), (("ip", "method", "path"), False)],
)
def test_rules_count_by_address_method_and_path(tmp_path: Path, key: tuple[str, ...], *, stops: bool) -> None:
    """Thirty requests on each of two routes: too many for one counter, but not for two."""
    both = ("POST /chat", "GET /models")
    window = RateWindow(name="w", limit=40, window_sec=60, key=key)
    file = write(tmp_path, [line(second / 2, route=both[second % 2]) for second in range(60)])
    found = replayed(replace(routes(*both), windows=(window,)), file, waf=AT_ONCE)
    assert (found.tally.outcomes[Outcome.WAF] > 0) is stops


def test_an_allowed_address_is_not_limited(tmp_path: Path) -> None:
    window = RateWindow(name="w", limit=10, window_sec=60, exempt=("192.0.2.0/28",))
    entries = [line(second / 2, ip) for second in range(60) for ip in ("192.0.2.1", "192.0.2.99")]
    found = replayed(layers(windows=[window]), write(tmp_path, entries), waf=AT_ONCE)
    refused = dict(zip(found.clients, found.tally.by_client[:, Outcome.WAF].tolist(), strict=False))
    assert refused["192.0.2.1"] == 0
    assert refused["192.0.2.99"] > 0


def test_a_rule_that_counts_by_what_no_log_holds_is_left_out_and_said(tmp_path: Path) -> None:
    window = RateWindow(name="per-team", limit=10, window_sec=60, key=("header:x-team",))
    found = replayed(layers(windows=[window]), write(tmp_path, [line(0)]))
    assert found.notes == ("WAF rules that count by something an access log does not contain are left out: per-team.",)


def test_keys_belong_to_the_plan_that_is_named_or_the_first(tmp_path: Path) -> None:
    free, pro = Plan(name="free", bucket=TWO), Plan(name="pro", bucket=PLENTY, quota=Quota(limit=4, period="DAY"))
    entries = [line(0, key=key) for _ in range(5) for key in ("a", "b")] + [line(0)]
    log = Log(files=(write(tmp_path, entries),), plan_of_key={"b": "pro"})
    found = replay(layers(plans=[free, pro], key_required=True), log, WafModel())
    assert outcomes(found.tally.outcomes) == {
        Outcome.ACCEPTED: 2 + 4,
        Outcome.PLAN: 3,
        Outcome.QUOTA: 1,
        Outcome.NO_KEY: 1,
    }
    assert found.notes == (
        "1 API key of no known plan: assigned to the first, free. --key-plan KEY_ID=PLAN assigns a key to its plan.",
    )


def test_keys_that_come_later_find_the_others_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BLOCK", 1024)
    monkeypatch.setattr(source, "READ", 512)
    free = Plan(name="free", bucket=Throttle(rate_limit=0.001, burst_limit=2))
    entries = [line(second, key=f"key-{second // 3}") for second in range(300)]
    found = replayed(layers(plans=[free], key_required=True), write(tmp_path, entries))
    assert outcomes(found.tally.outcomes) == {Outcome.ACCEPTED: 200, Outcome.PLAN: 100}


@pytest.mark.parametrize("block", [200, 1000, 10_000])
def test_the_size_of_a_block_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    order = np.arange(400) + np.random.default_rng(1).integers(0, 20, 400)
    entries = [line(int(order[index]) / 5, f"192.0.2.{index % 12}") for index in range(400)]
    file = write(tmp_path, [*entries, "broken", line(0)])
    limits = layers(windows=[RateWindow(name="w", limit=10, window_sec=60)], bucket=TWO)
    whole = replayed(limits, file)
    monkeypatch.setattr(source, "BLOCK", block)
    monkeypatch.setattr(source, "READ", 100)
    parts = replayed(limits, file)
    assert parts.tally.outcomes == whole.tally.outcomes
    assert parts.clients == whole.clients
    assert (parts.problems, parts.put_back) == (whole.problems, whole.put_back)
    assert parts.tally.worst_minutes() == whole.tally.worst_minutes()
    assert suggestions(parts).choices == suggestions(whole).choices


def test_the_worst_minutes(tmp_path: Path) -> None:
    """Ten minutes with 0, 1, 2, ... refusals."""
    entries = [line(20 + 60 * minute) for minute in range(10) for _ in range(minute + 2)]
    found = replayed(layers(bucket=TWO), write(tmp_path, entries))
    worst = [(each.requests, each.refused) for each in found.tally.worst_minutes()]
    assert worst == [(11, 9), (10, 8), (9, 7), (8, 6), (7, 5)]
    assert found.tally.minutes_refused == 9
