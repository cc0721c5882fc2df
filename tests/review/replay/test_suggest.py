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
from review.replay.replay import Replayed
from review.replay.suggest import Candidate, Choice, percentile, suggestions
from settings.throttling import Throttle
from tests.review.engine.decided import PLENTY, layers
from tests.review.replay.logs import Line, line, replayed, write


def choices(found: Replayed) -> dict[str, Choice]:
    """By layer, with no caller set apart."""
    return {each.layer: each for each in suggestions(found, customers=found.clients).choices}


def suggested(found: Replayed) -> dict[str, Candidate]:
    """The candidates of the 99th percentile."""
    return {
        layer: next(each for each in choice.candidates if 99.0 in each.percentiles)
        for layer, choice in choices(found).items()
    }


def bucket(setting: dict[str, float]) -> Throttle:
    return Throttle(rate_limit=setting["rate_limit"], burst_limit=int(setting["burst_limit"]))


def with_suggestions(limits: Layers, found: Replayed) -> Layers:
    """Each layer separately, so that none hides what another would refuse."""
    said = suggested(found)
    waf, method = said["WAF"].setting, said["method"].setting
    window = RateWindow(name="suggested", limit=int(waf["limit"]), window_sec=int(waf["evaluation_window_sec"]))
    return replace(
        limits,
        windows=(window,),
        plans=(Plan(name="suggested", bucket=bucket(said["usage plan"].setting)),) if "usage plan" in said else (),
        routes=tuple(replace(route, bucket=bucket(method)) for route in limits.routes),
    )


@pytest.mark.parametrize(("values", "expected"), [([5], 5), (list(range(1, 101)), 99), (list(range(1, 201)), 198)])
def test_the_percentile_is_not_exceeded_by_99_of_100(values: list[int], expected: int) -> None:
    found = percentile(np.array(values, dtype=np.int64), 99)
    assert found == expected
    assert sum(value <= found for value in values) >= 0.99 * len(values)


def traffic(random: np.random.Generator, *, keys: bool) -> list[Line]:
    """Two hundred modest clients, and two that cause most of the traffic."""
    seconds = np.sort(np.round(random.uniform(0, 900, 4000), 3))
    greedy = random.random(4000) < 0.6
    clients = np.where(greedy, random.integers(0, 2, 4000), random.integers(2, 202, 4000))
    return [
        line(second, f"10.0.0.{client}", key=f"key-{client}" if keys else "-")
        for second, client in zip(seconds.tolist(), clients.tolist(), strict=True)
    ]


@pytest.mark.parametrize("recency", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("interval", [1, 10, 60])
@pytest.mark.parametrize("keys", [False, True])
def test_the_suggested_limits_let_99_of_100_clients_through(
    tmp_path: Path, recency: float, interval: int, *, keys: bool
) -> None:
    waf = WafModel(interval_sec=interval, lag_sec=0, recency=recency)
    limits = layers(plans=[Plan(name="any", bucket=None)] if keys else [], key_required=keys)
    file = write(tmp_path, traffic(np.random.default_rng(interval), keys=keys))
    after = replayed(with_suggestions(limits, replayed(limits, file, waf=waf)), file, waf=waf)
    touched = (after.tally.by_client[:, Outcome.ACCEPTED + 1 :].sum(axis=1) > 0).sum()
    assert 0 < touched <= 0.01 * len(after.clients), "the greediest, and they alone"
    assert after.tally.outcomes[Outcome.METHOD] == 0


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pauses=st.lists(st.integers(0, 3000), min_size=1, max_size=200))
def test_the_burst_of_a_route_is_the_smallest_that_refuses_nobody(tmp_path: Path, pauses: list[int]) -> None:
    file = write(tmp_path, [line(second / 1000) for second in np.cumsum(pauses).tolist()])
    setting = suggested(replayed(layers(), file))["method"].setting
    assert replayed(layers(bucket=bucket(setting)), file).tally.outcomes[Outcome.METHOD] == 0
    if setting["burst_limit"] > 1:
        tighter = bucket(setting | {"burst_limit": setting["burst_limit"] - 1})
        assert replayed(layers(bucket=tighter), file).tally.outcomes[Outcome.METHOD] > 0


def test_a_key_may_send_at_the_end_of_one_second_and_the_beginning_of_the_next(tmp_path: Path) -> None:
    plan = Plan(name="any", bucket=None)
    file = write(tmp_path, [line(second, key="a") for second in (0.9, 0.9, 0.9, 1.0, 1.0, 1.0)])
    setting = suggested(replayed(layers(plans=[plan], key_required=True), file))["usage plan"].setting
    assert setting == {"rate_limit": 3, "burst_limit": 6}
    limited = layers(plans=[replace(plan, bucket=bucket(setting))], key_required=True)
    assert replayed(limited, file).tally.outcomes[Outcome.PLAN] == 0


def test_aws_has_a_lowest_limit(tmp_path: Path) -> None:
    said = suggested(replayed(layers(), write(tmp_path, [line(0)])))["WAF"]
    assert said.setting == {"limit": 10, "evaluation_window_sec": 300}
    assert said.is_lowest


def test_the_window_is_that_of_the_environments_own_rule(tmp_path: Path) -> None:
    window = RateWindow(name="per-ip", limit=10, window_sec=120)
    entries = [line(second) for second in range(600)]
    said = suggested(replayed(layers(windows=[window]), write(tmp_path, entries)))["WAF"]
    assert said.setting == {"limit": 120, "evaluation_window_sec": 120}


def test_a_thousandth_is_no_place_too_many() -> None:
    assert percentile(np.arange(1, 1001), 99.9) == 999


def test_what_a_candidate_refuses_is_what_a_replay_of_it_refuses(tmp_path: Path) -> None:
    waf = WafModel(interval_sec=10, lag_sec=0)
    file = write(tmp_path, traffic(np.random.default_rng(5), keys=False))
    found = replayed(layers(), file, waf=waf)
    for candidate in choices(found)["WAF"].candidates:
        window = RateWindow(name="per-ip", limit=int(candidate.setting["limit"]), window_sec=300)
        again = replayed(layers(windows=[window]), file, waf=waf).tally
        assert candidate.requests_refused == again.outcomes[Outcome.WAF]
        assert candidate.callers_refused == int((again.by_client[:, Outcome.WAF] > 0).sum())


def test_the_biggest_customers_are_not_the_one_percent_that_may_be_refused(tmp_path: Path) -> None:
    """Two of two hundred clients cause most of the traffic: the limit that 99% stay within would refuse it."""
    file = write(tmp_path, traffic(np.random.default_rng(7), keys=False))
    choice = choices(replayed(layers(), file))["WAF"]
    of_99 = next(each for each in choice.candidates if 99.0 in each.percentiles)
    assert of_99.requests_refused > 0.3 * choice.requests
    assert {name for name, _ in of_99.who} == {"10.0.0.0", "10.0.0.1"}
    assert choice.chosen.requests_refused <= 0.01 * choice.requests


def flood(count: int = 3000) -> list[Line]:
    """Fifty users with a request per minute, and one machine with fifty per second."""
    entries = [line(60 * minute + user, f"10.0.0.{user}") for minute in range(20) for user in range(50)]
    entries += [line(300 + index / 50, "198.51.100.66") for index in range(count)]
    return sorted(entries, key=lambda each: each["requestTimeEpoch"])


def test_who_sends_far_more_than_anybody_else_is_set_apart(tmp_path: Path) -> None:
    found = suggestions(replayed(layers(), write(tmp_path, flood())))
    (apart,) = found.apart
    assert (apart.requests, apart.peak) == (3000, 3000)
    by_layer = {each.layer: each for each in found.choices}
    assert by_layer["WAF"].chosen.setting["limit"] < 20
    assert by_layer["method"].chosen.setting["burst_limit"] < 10


def test_who_is_stopped_already_is_set_apart(tmp_path: Path) -> None:
    window = RateWindow(name="per-ip", limit=20, window_sec=60)
    found = suggestions(replayed(layers(windows=[window]), write(tmp_path, flood(6000))))
    assert [each.why for each in found.apart] == ["WAF already stops it"]
    assert all(each.chosen.setting.get("burst_limit", 1) < 10 for each in found.choices)


def test_the_user_knows_better_who_is_a_customer(tmp_path: Path) -> None:
    found = replayed(layers(), write(tmp_path, flood()))
    assert suggestions(found, customers=["198.51.100.66"]).apart == ()
    apart = suggestions(found, abusers=["10.0.0.1"]).apart
    assert [found.clients[each.client] for each in apart] == ["198.51.100.66", "10.0.0.1"]
    with pytest.raises(ReviewError, match=r"--customer 192\.0\.2\.9: the log has no such client"):
        suggestions(found, customers=["192.0.2.9"])


def test_one_suggestion_for_each_plan(tmp_path: Path) -> None:
    plans = [Plan(name="free", keys=("a", "b")), Plan(name="pro", keys=("c",))]
    entries = [line(second, key="a") for second in range(10)]
    entries += [line(second + part / 20, key="c") for second in range(10) for part in range(20)]
    entries = sorted(entries, key=lambda each: each["requestTimeEpoch"])
    found = suggestions(replayed(layers(plans=plans, key_required=True), write(tmp_path, entries)))
    of_plans = {each.name: each.chosen.setting for each in found.choices if each.layer == "usage plan"}
    assert of_plans == {
        "free": {"rate_limit": 1, "burst_limit": 2},
        "pro": {"rate_limit": 20, "burst_limit": 40},
    }


def test_nothing_above_the_accounts_quota_is_suggested(tmp_path: Path) -> None:
    account = Throttle(rate_limit=100, burst_limit=50)
    entries = [line(0, f"10.0.{index % 40}.1") for index in range(400)]
    found = suggestions(replayed(layers(account=account), write(tmp_path, entries)))
    (method,) = [each for each in found.choices if each.layer == "method"]
    assert all(each.setting["burst_limit"] <= 50 and each.setting["rate_limit"] <= 100 for each in method.candidates)
    assert method.chosen.requests_refused == 350


def test_a_route_that_the_file_blocks_is_not_opened(tmp_path: Path) -> None:
    blocked = Throttle(rate_limit=0.000001, burst_limit=1)
    found = suggestions(replayed(layers(bucket=blocked), write(tmp_path, [line(second) for second in range(50)])))
    assert [each.layer for each in found.choices] == ["WAF"]
    assert found.withheld == ("method POST /chat: the environment file blocks it.",)


def test_what_may_be_a_key_itself_is_not_shown_in_full(tmp_path: Path) -> None:
    account = Throttle(rate_limit=10_000, burst_limit=2)
    entries = [line(0, key="sk-live-0123456789abcdef") for _ in range(9)] + [
        line(0, key="a1b2c3d4e5") for _ in range(9)
    ]
    found = suggestions(
        replayed(layers(plans=[Plan(name="p")], key_required=True, account=account), write(tmp_path, entries))
    )
    (plan,) = [each for each in found.choices if each.layer == "usage plan"]
    assert {name for name, _ in plan.chosen.who} == {"sk-l...", "a1b2c3d4e5"}


def test_each_route_has_candidates_of_its_own(tmp_path: Path) -> None:
    """The candidates of all routes are replayed at once, with the same results as one by one."""
    account = Throttle(rate_limit=10_000, burst_limit=3)
    limits = replace(
        layers(account=account),
        routes=tuple(RouteLimits(key=key, bucket=None, own=True) for key in ("POST /a", "POST /b", "GET /never")),
    )
    entries = [line(second, f"10.0.0.{part}", "POST /a") for second in range(30) for part in range(9)]
    entries += [line(second + 0.5, f"10.0.1.{part}", "POST /b") for second in range(30) for part in range(2)]
    entries = sorted(entries, key=lambda each: each["requestTimeEpoch"])
    file = write(tmp_path, entries)
    methods = {each.name: each for each in suggestions(replayed(limits, file)).choices if each.layer == "method"}
    assert set(methods) == {"POST /a", "POST /b"}
    assert (methods["POST /a"].callers, methods["POST /b"].requests) == (9, 60)
    for name, choice in methods.items():
        for candidate in choice.candidates:
            own = tuple(
                replace(route, bucket=bucket(candidate.setting) if route.key == name else None)
                for route in limits.routes
            )
            again = replayed(replace(limits, routes=own, account=PLENTY), file).tally
            assert candidate.requests_refused == again.outcomes[Outcome.METHOD]
    assert methods["POST /a"].chosen.requests_refused > 0
    assert methods["POST /b"].chosen.requests_refused == 0


def test_who_is_stopped_by_the_plan_already_is_set_apart(tmp_path: Path) -> None:
    """A key that sends 20 a second, of a plan with 2: what the plan refuses does not count for the other layers."""
    plans = [Plan(name="free", bucket=Throttle(rate_limit=2, burst_limit=4), keys=("k0", "k1", "k2", "k9"))]
    entries = [line(second, f"10.0.0.{second % 3}", key=f"k{second % 3}") for second in range(300)]
    entries += [line(second / 20, "198.51.100.66", key="k9") for second in range(6000)]
    entries.sort(key=lambda each: each["requestTimeEpoch"])
    found = suggestions(replayed(layers(plans=plans, key_required=True), write(tmp_path, entries)))
    assert [each.why for each in found.apart] == ["its usage plan already stops it"]
    (plan,) = [each for each in found.choices if each.layer == "usage plan"]
    assert plan.chosen.setting == {"rate_limit": 1, "burst_limit": 2}


def test_a_plan_that_stops_most_of_its_callers_is_too_low(tmp_path: Path) -> None:
    plans = [Plan(name="free", bucket=Throttle(rate_limit=0.1, burst_limit=1), keys=("k0", "k1", "k2"))]
    entries = [line(second / 2, f"10.0.0.{second % 3}", key=f"k{second % 3}") for second in range(600)]
    found = suggestions(replayed(layers(plans=plans, key_required=True), write(tmp_path, entries)))
    assert found.apart == ()
