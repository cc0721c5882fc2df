"""WAF's rate-based rules: every documented rule, and the model of what is not documented.

Pages of https://docs.aws.amazon.com/waf/latest/developerguide/, read 2026-11, by their last words:
high-level-settings, request-limiting, caveats, aggregation-options, aggregation-instances
(waf-rule-statement-type-rate-based-...html).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.engine.outcome import Outcome
from review.engine.rate_window import MOST_LIMITED, WafModel
from review.layers.layers import RateWindow
from settings.throttling import Throttle
from tests.review.engine.decided import AT_ONCE, MICROSECONDS, decided, layers
from tests.review.engine.reference import ReferenceWindow

WINDOWS = (60, 120, 300, 600)


def rule(limit: int = 10, window_sec: int = 60, *, name: str = "per-ip", blocks: bool = True) -> RateWindow:
    return RateWindow(name=name, limit=limit, window_sec=window_sec, blocks=blocks)


def stopped(
    window: RateWindow, seconds: list[float], waf: WafModel = AT_ONCE, clients: list[int] | None = None
) -> list[bool]:
    outcomes, _ = decided(layers(windows=[window]), seconds, waf=waf, clients=clients)
    return [outcome == Outcome.WAF for outcome in outcomes]


@pytest.mark.parametrize(("sent", "limited"), [(10, False), (11, True)])
def test_more_requests_than_the_limit_are_limited_the_limit_itself_is_not(sent: int, *, limited: bool) -> None:
    """AWS: "the maximum number of requests": high-level-settings."""
    assert stopped(rule(limit=10), [0.5] * sent + [1.5])[-1] is limited


def test_the_limit_itself_is_not_exceeded_by_what_came_too_late_to_count() -> None:
    waf = WafModel(interval_sec=10, lag_sec=10)
    ten_then_ten = [5.0] * 10 + [15.0] * 10
    assert not stopped(rule(limit=10), [*ten_then_ten, 25.0], waf)[-1], "ten are known by then"
    assert stopped(rule(limit=10), [*ten_then_ten, 35.0], waf)[-1], "all twenty are"


@pytest.mark.parametrize("window_sec", WINDOWS)
def test_the_window_is_how_far_back_aws_looks(window_sec: int) -> None:
    """AWS: "how far back it looks each time it checks": high-level-settings."""
    burst = [0.5] * 11
    assert stopped(rule(window_sec=window_sec), [*burst, window_sec + 0.9])[-1]
    assert not stopped(rule(window_sec=window_sec), [*burst, window_sec + 1.0])[-1]


@pytest.mark.parametrize("window_sec", WINDOWS)
def test_a_steady_rate_of_the_limit_is_never_limited(window_sec: int) -> None:
    steady = [second + 0.5 for second in range(2 * window_sec)]
    assert not any(stopped(rule(limit=window_sec, window_sec=window_sec), steady))
    assert any(stopped(rule(limit=window_sec - 1, window_sec=window_sec), steady))


def test_each_key_is_counted_alone() -> None:
    """AWS "counts web requests separately for each aggregation instance": aggregation-instances."""
    seconds = [0.5] * 22 + [1.5, 1.5]
    assert not any(stopped(rule(limit=11), seconds, clients=[0, 1] * 12))
    assert stopped(rule(limit=11), seconds, clients=[0] * 23 + [1])[-2:] == [True, False]


def test_a_request_without_the_key_is_neither_counted_nor_limited() -> None:
    """AWS: "all of the request components in the aggregation keys must be present": aggregation-options."""
    without = -1
    seconds = [0.5] * 30 + [1.5]
    outcomes, counted = decided(layers(windows=[rule()]), seconds, rows=[[without] * 30 + [0]])
    assert (set(outcomes), counted) == ({Outcome.ACCEPTED}, [0])
    outcomes, _ = decided(layers(windows=[rule()]), seconds, rows=[[0] * 30 + [without]])
    assert outcomes[-1] == Outcome.ACCEPTED


def test_nothing_is_limited_before_aws_looks_again() -> None:
    """Checks come "frequently", at times that AWS chooses: high-level-settings. Here: an interval."""
    waf = WafModel(interval_sec=10, lag_sec=0)
    flood = [index / 10 for index in range(200)]
    assert stopped(rule(), flood, waf) == [False] * 100 + [True] * 100


def test_counts_come_late_by_the_lag() -> None:
    """AWS: "usually, this delay is below 30 seconds": caveats. The default model detects a flood within that."""
    flood = [index / 10 for index in range(600)]
    assert stopped(rule(), flood, WafModel()).index(True) / 10 == 30
    assert stopped(rule(), flood, WafModel(interval_sec=10, lag_sec=0)).index(True) / 10 == 10
    assert stopped(rule(), flood, WafModel(interval_sec=10, lag_sec=15)).index(True) / 10 == 30, "whole intervals"


def test_limiting_lasts_while_the_rate_is_above_the_limit_and_ends_by_itself() -> None:
    """A request is limited while its key's count "is currently over the rule's limit": request-limiting."""
    waf = WafModel(interval_sec=10, lag_sec=20)
    flood, later = [index / 10 for index in range(1200)], [200 + 10.0 * index for index in range(10)]
    found = stopped(rule(), [*flood, *later], waf)
    assert found[300:1200] == [True] * 900, "refused requests count too: a client that goes on stays limited"
    # 20 s late: from 200 s on, the window of 60 s does not contain the flood, which ended at 120 s.
    assert not any(found[1200:])
    assert stopped(rule(), [*flood, 199.0], waf)[-1]


def test_recent_requests_may_count_more() -> None:
    """AWS uses "an algorithm that gives more importance to more recent requests": caveats. How much is a parameter."""
    even, recent = WafModel(interval_sec=1, lag_sec=0), WafModel(interval_sec=1, lag_sec=0, recency=1)
    just_now, long_ago = [58.5] * 8 + [59.5], [0.5] * 11 + [59.5]
    assert (stopped(rule(), just_now, even)[-1], stopped(rule(), just_now, recent)[-1]) == (False, True)
    assert (stopped(rule(), long_ago, even)[-1], stopped(rule(), long_ago, recent)[-1]) == (True, False)


def test_a_rate_that_does_not_change_is_the_same_with_any_weights() -> None:
    steady = [second + 0.5 for second in range(240)]
    for recency in (0.0, 0.5, 1.0):
        waf = WafModel(interval_sec=1, lag_sec=0, recency=recency)
        assert not any(stopped(rule(limit=60), steady, waf)[120:])
        assert all(stopped(rule(limit=59), steady, waf)[120:])


def test_the_default_weights_are_those_of_a_field_report() -> None:
    """Limit 10 in 300 s, a request each 15 s: "it is blocking at 13th request".

    https://repost.aws/questions/QUlXxJefYrSaeTZ8lO0yrTww/aws-waf-rate-limit-not-honored (read 2026-11)
    """
    for offset in range(15):
        seconds = [offset + 15.0 * index for index in range(20)]
        assert stopped(rule(limit=10, window_sec=300), seconds, WafModel()).index(True) + 1 in {12, 13, 14}
    doubled = stopped(rule(limit=10, window_sec=300), [15.0 * index for index in range(20)], WafModel(recency=1))
    assert doubled.index(True) + 1 < 12


def test_the_keys_with_the_highest_rates_are_limited_and_no_more_than_aws_manages() -> None:
    """10,000: API_GetRateBasedStatementManagedKeys of the AWS WAFV2 API reference (read 2026-11)."""
    assert WafModel().most_limited == MOST_LIMITED == 10_000
    waf = WafModel(interval_sec=1, lag_sec=0, most_limited=2)
    clients = [0] * 11 + [1] * 13 + [2] * 12 + [3] * 10
    seconds = [0.5] * len(clients) + [1.5] * 4
    found = stopped(rule(), seconds, waf, clients=[*clients, 0, 1, 2, 3])
    assert found[-4:] == [False, True, True, False]


def test_ten_thousand_and_one_keys_above_the_limit() -> None:
    count = MOST_LIMITED + 1
    clients = [client for client in range(count) for _ in range(11)] + list(range(1, count))
    seconds = [0.5] * len(clients) + [1.5] * count
    found = stopped(rule(), seconds, clients=[*clients, *range(count)])
    assert found[-count:] == [False] + [True] * MOST_LIMITED, "all but the slowest"


def test_a_rule_that_counts_stops_nobody_and_says_whom_it_would_have() -> None:
    seconds = [0.5] * 11 + [1.5] * 4
    outcomes, counted = decided(layers(windows=[rule(blocks=False)]), seconds)
    assert (set(outcomes), counted) == ({Outcome.ACCEPTED}, [4])


def test_rules_are_asked_in_order_and_the_first_that_blocks_is_the_last() -> None:
    """https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-actions.html: Block ends the evaluation."""
    seconds = [0.5] * 11 + [1.5] * 20 + [2.5]
    both = layers(windows=[rule(10, name="tight"), rule(15, name="wide")])
    outcomes, counted = decided(both, seconds)
    assert outcomes.count(Outcome.WAF) == 21
    assert counted == [21, 0], "what the first rule stops, the second does not even count"
    counting = layers(windows=[rule(10, name="tight", blocks=False), rule(15, name="wide")])
    assert decided(counting, seconds)[1] == [21, 1], "a rule that counts lets the next one be asked"


def test_waf_is_asked_before_the_throttles() -> None:
    one = layers(windows=[rule()], bucket=Throttle(rate_limit=1, burst_limit=1))
    outcomes, _ = decided(one, [0.5] * 12 + [1.5] * 2)
    assert outcomes == [Outcome.ACCEPTED] + [Outcome.METHOD] * 11 + [Outcome.WAF] * 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"interval_sec": 7}, "interval = 7: must divide 60 seconds"),
        ({"interval_sec": 0}, "interval = 0: must divide 60 seconds"),
        ({"lag_sec": -1}, "lag = -1: must not be negative"),
        ({"lag_sec": 601}, "lag = 601: must be at most 600 seconds"),
        ({"recency": 1.5}, "recency = 1.5: must be between 0 and 1"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(values: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        WafModel(**values)


@given(
    pauses=st.lists(st.integers(0, 30 * MICROSECONDS), min_size=1, max_size=120),
    clients=st.lists(st.integers(0, 2), min_size=120, max_size=120),
    limit=st.integers(1, 12),
    window_sec=st.sampled_from(WINDOWS),
    waf=st.builds(
        WafModel,
        interval_sec=st.sampled_from([1, 5, 10, 30, 60]),
        lag_sec=st.integers(0, 90),
        recency=st.sampled_from([0.0, 0.25, 1.0]),
    ),
)
def test_every_answer_is_that_of_the_list_of_all_requests(
    pauses: list[int], clients: list[int], limit: int, window_sec: int, waf: WafModel
) -> None:
    window = RateWindow(name="per-ip", limit=limit, window_sec=window_sec)
    slow = ReferenceWindow(window, waf)
    time, expected, seconds = 0, [], []
    for pause, client in zip(pauses, clients, strict=False):
        time += pause
        seconds.append(time / MICROSECONDS)
        expected.append(slow.stops(client, time))
    assert stopped(window, seconds, waf, clients=clients[: len(pauses)]) == expected
