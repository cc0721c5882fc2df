"""The bounds of what a bucket may have accepted hold for every bucket and any speed of clients and network."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from settings.throttling import Throttle
from verify.burst import Answer, Burst

seconds = st.floats(0, 3, allow_nan=False).map(lambda value: round(value, 3))
# For each request: the time since the last one, to the gateway, and back.
requests = st.lists(st.tuples(seconds, seconds, seconds), min_size=1, max_size=60)
QUICK = [(0.0, 0.01, 0.01)] * 30


def accepted(throttle: Throttle, arrivals: list[float]) -> list[bool]:
    tokens, last = float(throttle.burst_limit), arrivals[0]
    answers = []
    for arrival in arrivals:
        tokens = min(throttle.burst_limit, tokens + (arrival - last) * throttle.rate_limit)
        last = arrival
        answers.append(tokens >= 1)
        tokens -= tokens >= 1
    return answers


def burst(throttle: Throttle, timing: list[tuple[float, float, float]]) -> Burst:
    arrived, answers = 100.0, []
    for gap, there, back in timing:
        arrived += gap
        answers.append((arrived - there, arrived, arrived + back))
    statuses = [200 if ok else 429 for ok in accepted(throttle, [arrival for _, arrival, _ in answers])]
    return Burst(
        tuple(
            Answer(number=number, status=status, reason="", headers=(), body="", sent=sent, received=received)
            for number, (status, (sent, _, received)) in enumerate(zip(statuses, answers, strict=True))
        )
    )


@given(rate=st.floats(0.1, 50), most=st.integers(1, 40), timing=requests)
@example(rate=10.0, most=5, timing=[*QUICK, (3.0, 0.01, 0.01), *QUICK])
@example(rate=10.0, most=5, timing=[(2.0, 0.01, 0.01)] * 10)
@settings(max_examples=200)
def test_what_the_bucket_accepts_is_within_the_bounds(
    rate: float, most: int, timing: list[tuple[float, float, float]]
) -> None:
    throttle = Throttle(rate_limit=rate, burst_limit=most)
    sent = burst(throttle, timing)
    assert sent.statuses[200] in sent.allowed(throttle)


def test_quick_clients_leave_no_slack() -> None:
    throttle = Throttle(rate_limit=10, burst_limit=5)
    steady = burst(throttle, [(0.01, 0.001, 0.001)] * 200)
    assert steady.statuses[200] == 24
    assert steady.allowed(throttle) == range(23, 25)
