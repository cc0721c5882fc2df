import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.engine.token_bucket import HIGHEST, accepted, buckets, take
from review.refusal import ReviewError
from settings.throttling import BLOCKED, Throttle
from tests.review.engine.reference import ReferenceBucket


def spread(count: int, start: float, end: float) -> list[float]:
    """Evenly distributed from start to end, in milliseconds."""
    return [start + (end - start) * index / count for index in range(count)]


# AWS's own examples, for 10,000 requests a second and a burst of 5,000:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html (read 2026-11), which has them
# from the older guide: awsdocs/amazon-api-gateway-developer-guide, api-gateway-request-throttling.md.
@pytest.mark.parametrize(
    ("milliseconds", "served"),
    [
        pytest.param(spread(10_000, 0, 1000), 10_000, id="evenly over a second"),
        pytest.param([0.0] * 10_000, 5_000, id="all in the first millisecond"),
        pytest.param([0.0] * 5_000 + spread(5_000, 1, 1000), 10_000, id="half at once, half evenly after it"),
        pytest.param([0.0] * 5_000 + [100.0] * 5_000, 6_000, id="half at once, half in the 101st millisecond"),
        pytest.param(
            [0.0] * 5_000 + [100.0] * 1_000 + spread(4_000, 101, 1000),
            10_000,
            id="half at once, 1,000 in the 101st millisecond, the rest evenly",
        ),
    ],
)
def test_the_examples_of_aws(milliseconds: list[float], served: int) -> None:
    assert accepted([each / 1000 for each in milliseconds], rate=10_000, burst=5_000).sum() == served


@given(
    rate=st.one_of(st.integers(1, 10_000), st.sampled_from([0.1, 0.25, 1 / 3, 2.5, 0.000_001])),
    burst=st.integers(1, 50),
    pauses=st.lists(st.integers(0, 20_000_000), max_size=200),
)
def test_every_answer_is_that_of_fractions(rate: float, burst: int, pauses: list[int]) -> None:
    """The rate to a millionth, which is what the engine keeps."""
    bucket = Throttle(rate_limit=round(rate, 6), burst_limit=burst)
    slow, fast = ReferenceBucket(bucket), buckets([bucket])
    for time in np.cumsum(pauses).tolist():
        assert take(fast, 0, time) == slow.take(time)


def test_nothing_drifts_in_thirty_days() -> None:
    times = np.arange(0, 30 * 86_400, 10.0)
    assert accepted(times, rate=0.1, burst=1).all(), "a token each ten seconds, a request each ten seconds"
    too_fast = accepted(times - np.arange(len(times)) * 1e-6, rate=0.1, burst=1)
    assert too_fast.tolist() == [index % 2 == 0 for index in range(len(times))], "a microsecond early is too early"


@given(rate=st.floats(0.001, 5_000), burst=st.integers(1, 100), seconds=st.lists(st.floats(0, 100), max_size=300))
def test_never_more_than_burst_and_rate_allow(rate: float, burst: int, seconds: list[float]) -> None:
    times = np.sort(np.round(seconds, 6))
    served = times[accepted(times, rate, burst)]
    for first in range(len(served)):
        count = np.arange(1, len(served) - first + 1)
        allowed = burst + (served[first:] - served[first]) * round(rate, 6)
        assert (count <= allowed + 1e-6).all()


def test_the_largest_bucket_refills_without_overflow() -> None:
    bucket = Throttle(rate_limit=HIGHEST, burst_limit=HIGHEST)
    full = buckets([bucket])
    assert take(full, 0, 0)
    full["tokens"] -= 10**12
    assert take(full, 0, 999_999)
    assert full["tokens"][0] == full["capacity"][0] - 10**12


def test_a_blocked_route_lets_one_request_through_in_eleven_days() -> None:
    seconds = [0, 1, 11 * 86_400, 12 * 86_400]
    assert accepted(seconds, BLOCKED.rate_limit, BLOCKED.burst_limit).tolist() == [True, False, False, True]


def test_a_time_before_the_last_takes_a_token_and_brings_none() -> None:
    one = buckets([Throttle(rate_limit=1, burst_limit=2)])
    assert [take(one, 0, time) for time in (1_000_000, 0, 500_000, 1_500_000)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("bucket", "said"),
    [
        (
            Throttle(rate_limit=1, burst_limit=HIGHEST + 1),
            "burst_limit = 9,000,001: at most 9,000,000 can be simulated",
        ),
        (Throttle(rate_limit=1e9, burst_limit=1), "rate_limit = 1,000,000,000: at most 9,000,000 can be simulated"),
    ],
)
def test_a_bucket_too_large_to_count_is_refused(bucket: Throttle, said: str) -> None:
    with pytest.raises(ReviewError) as caught:
        buckets([bucket])
    assert str(caught.value) == said
