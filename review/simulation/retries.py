"""Requests in order. A refused client may send its request again."""

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import Requests, State, decide
from review.engine.jit import jit, jit_allocating, jit_apart
from review.engine.meter import Meter, admit
from review.engine.need import Needs
from review.engine.outcome import Outcome

_ACCEPTED = int(Outcome.ACCEPTED)
_NO_KEY = int(Outcome.NO_KEY)
_TOKEN_LIMIT = int(Outcome.TOKEN_LIMIT)
_MICROSECONDS = 1_000_000.0


class Policies(NamedTuple):
    """What each group of clients does."""

    most: NDArray[np.int64]
    first_delay: NDArray[np.float64]
    longest_delay: NDArray[np.float64]
    honour: NDArray[np.bool_]
    longest_retry_after: NDArray[np.float64]


class Sent(NamedTuple):
    """Everything that was sent, in order, including retries."""

    time: NDArray[np.int64]
    request: NDArray[np.int64]
    """The number of the request that was sent."""

    attempt: NDArray[np.int8]
    outcome: NDArray[np.int8]
    limit: NDArray[np.int16]
    """Which limit in tokens refused it. Empty without such limits."""


@jit
def _wait(policies: Policies, group: int, attempt: int, retry_after: float, chance: float) -> float:
    """Seconds until the next attempt. Negative if the client gives up."""
    if policies.honour[group] and retry_after > 0:
        return retry_after if retry_after <= policies.longest_retry_after[group] else -1.0
    delay = min(policies.first_delay[group] * 2.0**attempt, policies.longest_delay[group])
    return float(delay * (1.0 - 0.25 * chance))


@jit_apart
def _decide(now: State, requests: Requests, index: int, time: int) -> int:
    """A call, because it would be slow inside code that allocates."""
    return decide(now, requests, index, time)


@jit_allocating
def _run(
    now: State,
    requests: Requests,
    group: NDArray[np.int32],
    policies: Policies,
    retry_after: NDArray[np.float64],
    chances: NDArray[np.float64],
    sent: Sent,
    meter: Meter | None,
    needs: Needs | None,
) -> int:
    waiting = [(0, 0, 0)]  # so numba knows what it holds
    waiting.clear()
    count = 0
    first = 0
    while first < len(requests.time) or len(waiting) > 0:
        if len(waiting) > 0 and (first >= len(requests.time) or waiting[0][0] < requests.time[first]):
            time, index, attempt = heapq.heappop(waiting)
        else:
            time, index, attempt = int(requests.time[first]), first, 0
            first += 1
        outcome = _decide(now, requests, index, time)
        advised = retry_after[outcome]
        # Compiled without this code if there is no meter.
        if meter is not None and needs is not None and outcome == _ACCEPTED:
            outcome = admit(meter, needs, index, time, chances[(index * 17 + attempt) % len(chances)])
            sent.limit[count] = meter.last_limit[0]
            advised = meter.wait[0]
        sent.time[count] = time
        sent.request[count] = index
        sent.attempt[count] = attempt
        sent.outcome[count] = outcome
        count += 1
        # 400 and 403 are not sent again. Every other refusal is a 429.
        if outcome not in (_ACCEPTED, _NO_KEY) and outcome <= _TOKEN_LIMIT and attempt < policies.most[group[index]]:
            chance = chances[(index * 31 + attempt) % len(chances)]
            wait = _wait(policies, group[index], attempt, advised, chance)
            if wait >= 0:
                heapq.heappush(waiting, (time + int(wait * _MICROSECONDS), index, attempt + 1))
    return count


def run_with_retries(
    now: State,
    requests: Requests,
    group: NDArray[np.int32],
    policies: Policies,
    retry_after: NDArray[np.float64],
    chances: NDArray[np.float64],
    meter: Meter | None = None,
    needs: Needs | None = None,
) -> Sent:
    """Decide every request and its retries. `retry_after`: the header of each outcome, in seconds."""
    most = int((1 + policies.most[group]).sum())
    sent = Sent(
        time=np.empty(most, dtype=np.int64),
        request=np.empty(most, dtype=np.int64),
        attempt=np.empty(most, dtype=np.int8),
        outcome=np.empty(most, dtype=np.int8),
        limit=np.empty(0 if meter is None else most, dtype=np.int16),
    )
    count = _run(now, requests, group, policies, retry_after, chances, sent, meter, needs)
    return Sent(
        time=sent.time[:count],
        request=sent.request[:count],
        attempt=sent.attempt[:count],
        outcome=sent.outcome[:count],
        limit=sent.limit[:count],
    )
