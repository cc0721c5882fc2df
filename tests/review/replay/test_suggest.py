from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.engine.outcome import Outcome
from review.engine.rate_window import WafModel
from review.layers.layers import Layers, Plan, RateWindow
from review.replay.replay import Replayed
from review.replay.suggest import Suggestion, percentile, suggestions
from settings.throttling import Throttle
from tests.review.engine.decided import layers
from tests.review.replay.logs import Line, line, replayed, write


def suggested(found: Replayed) -> dict[str, Suggestion]:
    return {each.layer: each for each in suggestions(found)}


def bucket(setting: dict[str, float]) -> Throttle:
    return Throttle(rate_limit=setting["rate_limit"], burst_limit=int(setting["burst_limit"]))


def with_suggestions(limits: Layers, found: Replayed) -> Layers:
    """Each layer alone, so that none hides what another would refuse."""
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
    found = percentile(np.array(values, dtype=np.int64))
    assert found == expected
    assert sum(value <= found for value in values) >= 0.99 * len(values)


def traffic(random: np.random.Generator, *, keys: bool) -> list[Line]:
    """Two hundred modest clients, and two that take most of it."""
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
    assert said.because == "99% of 1 addresses sent at most 1 in 300 s; AWS's lowest limit is 10"


def test_the_window_is_that_of_the_environments_own_rule(tmp_path: Path) -> None:
    window = RateWindow(name="per-ip", limit=10, window_sec=120)
    entries = [line(second) for second in range(600)]
    said = suggested(replayed(layers(windows=[window]), write(tmp_path, entries)))["WAF"]
    assert said.setting == {"limit": 120, "evaluation_window_sec": 120}
