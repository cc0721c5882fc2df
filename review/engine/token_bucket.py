"""The token bucket, exactly: whole microseconds and whole trillionths of a token, so that nothing drifts.

A full bucket holds `burst_limit` tokens, a request takes one, `rate_limit` a second flow back.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit
from review.layers import Bucket
from review.refusal import ReviewError

Integers = NDArray[np.int64]

# rate_limit in millionths of a request a second, times microseconds: trillionths of a token.
TOKEN = 10**12
_RATE = 10**6
HIGHEST = 9_000_000
"""Of a burst and of a rate: more does not fit the 64 bits that tokens are counted in."""

_LONG_AGO = np.iinfo(np.int64).min // 2


class Buckets(NamedTuple):
    """Many buckets, by index."""

    rate: Integers
    capacity: Integers
    full_after: Integers
    """Microseconds after which an empty one is full."""

    tokens: Integers
    last: Integers
    """When it was last looked at."""


def buckets(limits: Sequence[Bucket]) -> Buckets:
    """Full ones; rates are rounded to millionths of a request a second. Raises ReviewError for one above HIGHEST."""
    for limit in limits:
        for name, value in (("burst_limit", limit.burst_limit), ("rate_limit", limit.rate_limit)):
            if value > HIGHEST:
                raise ReviewError(f"{name} = {value:,.0f}: at most {HIGHEST:,} can be simulated")
    rate = [round(limit.rate_limit * _RATE) for limit in limits]
    capacity = [limit.burst_limit * TOKEN for limit in limits]
    full = [
        math.ceil(most / flow) if flow else np.iinfo(np.int64).max for most, flow in zip(capacity, rate, strict=True)
    ]
    return Buckets(
        rate=np.array(rate, dtype=np.int64),
        capacity=np.array(capacity, dtype=np.int64),
        full_after=np.array(full, dtype=np.int64),
        tokens=np.array(capacity, dtype=np.int64),
        last=np.full(len(limits), _LONG_AGO, dtype=np.int64),
    )


def joined(some: Buckets, more: Buckets) -> Buckets:
    """The first keep their indices and what they hold."""
    return Buckets(
        rate=np.concatenate([some.rate, more.rate]),
        capacity=np.concatenate([some.capacity, more.capacity]),
        full_after=np.concatenate([some.full_after, more.full_after]),
        tokens=np.concatenate([some.tokens, more.tokens]),
        last=np.concatenate([some.last, more.last]),
    )


@jit
def take(all_buckets: Buckets, index: int, time: int) -> bool:
    """Take one token of that bucket; False where there is none."""
    passed = time - all_buckets.last[index]
    tokens = all_buckets.tokens[index]
    if passed > 0:
        capacity = all_buckets.capacity[index]
        if passed >= all_buckets.full_after[index]:
            tokens = capacity
        else:
            # What is missing, not what there would be: that sum may be more than 64 bits hold.
            tokens += min(capacity - tokens, passed * all_buckets.rate[index])
        all_buckets.last[index] = time
    taken = tokens >= TOKEN
    all_buckets.tokens[index] = tokens - TOKEN if taken else tokens
    return bool(taken)


@jit
def _take_all(all_buckets: Buckets, times: Integers, taken: NDArray[np.bool_]) -> None:
    for index in range(len(times)):
        taken[index] = take(all_buckets, 0, times[index])


def accepted(arrivals: Sequence[float] | NDArray[Any], rate: float, burst: int) -> NDArray[np.bool_]:
    """Which requests one bucket, full before them, lets through. Arrivals in seconds, ascending."""
    times = np.round(np.asarray(arrivals, dtype=np.float64) * 1e6).astype(np.int64)
    taken = np.zeros(len(times), dtype=np.bool_)
    _take_all(buckets([Bucket(rate_limit=rate, burst_limit=burst)]), times, taken)
    return taken
