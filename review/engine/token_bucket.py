"""The token bucket, exactly: whole microseconds and whole trillionths of a token, so that nothing drifts.

A full bucket holds `burst_limit` tokens, a request takes one, `rate_limit` a second flow back.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit
from review.refusal import ReviewError
from settings.throttling import Throttle

# rate_limit in millionths of a request a second, times microseconds: trillionths of a token.
TOKEN = 10**12
_RATE = 10**6
HIGHEST = 9_000_000
"""Of a burst and of a rate: more does not fit the 64 bits that tokens are counted in."""

_LONG_AGO = np.iinfo(np.int64).min // 2

# All of a bucket side by side in memory: a request of one of many keys finds it in one place.
_BUCKET = np.dtype(
    [
        ("rate", np.int64),
        ("capacity", np.int64),
        ("full_after", np.int64),  # microseconds after which an empty one is full
        ("tokens", np.int64),
        ("last", np.int64),  # when it was last looked at
    ]
)

Buckets = NDArray[np.void]
"""Many buckets, by index: rows of _BUCKET."""


def buckets(limits: Sequence[Throttle]) -> Buckets:
    """Full ones; rates are rounded to millionths of a request a second. Raises ReviewError for one above HIGHEST."""
    for limit in limits:
        for name, value in (("burst_limit", limit.burst_limit), ("rate_limit", limit.rate_limit)):
            if value > HIGHEST:
                raise ReviewError(f"{name} = {value:,.0f}: at most {HIGHEST:,} can be simulated")
    full = np.zeros(len(limits), dtype=_BUCKET)
    full["rate"] = [round(limit.rate_limit * _RATE) for limit in limits]
    full["capacity"] = full["tokens"] = [limit.burst_limit * TOKEN for limit in limits]
    full["full_after"] = [
        math.ceil(capacity / rate)
        for capacity, rate in zip(full["capacity"].tolist(), full["rate"].tolist(), strict=True)
    ]
    full["last"] = _LONG_AGO
    return full


@jit
def take(all_buckets: Buckets, index: int, time: int) -> bool:
    """Take one token of that bucket; False where there is none."""
    bucket = all_buckets[index]
    passed = time - bucket["last"]
    tokens = bucket["tokens"]
    if passed > 0:
        if passed >= bucket["full_after"]:
            tokens = bucket["capacity"]
        else:
            # What is missing, not what there would be: that sum may be more than 64 bits hold.
            tokens += min(bucket["capacity"] - tokens, passed * bucket["rate"])
        bucket["last"] = time
    taken = tokens >= TOKEN
    bucket["tokens"] = tokens - TOKEN if taken else tokens
    return bool(taken)


@jit
def _take_all(all_buckets: Buckets, times: NDArray[np.int64], taken: NDArray[np.bool_]) -> None:
    for index in range(len(times)):
        taken[index] = take(all_buckets, 0, times[index])


def accepted(arrivals: Sequence[float] | NDArray[Any], rate: float, burst: int) -> NDArray[np.bool_]:
    """Which requests one bucket, full before them, lets through. Arrivals in seconds, ascending."""
    times = np.round(np.asarray(arrivals, dtype=np.float64) * 1e6).astype(np.int64)
    taken = np.zeros(len(times), dtype=np.bool_)
    _take_all(buckets([Throttle(rate_limit=rate, burst_limit=burst)]), times, taken)
    return taken
