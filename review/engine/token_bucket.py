"""An exact token bucket: whole microseconds and whole trillionths of a token, so that no rounding errors add up.

A full bucket holds `burst_limit` tokens. A request uses one, and `rate_limit` tokens per second are added. Source:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit
from review.refusal import ReviewError
from settings.throttling import Throttle

# rate_limit in millionths of a request per second, times microseconds: trillionths of a token.
TOKEN = 10**12
_RATE = 10**6
HIGHEST = 9_000_000
"""The highest burst and rate. More does not fit into the 64 bits that count tokens."""

_LONG_AGO = np.iinfo(np.int64).min // 2

# All data of a bucket is adjacent in memory, so that a request of one of many keys needs one place.
_BUCKET = np.dtype(
    [
        ("rate", np.int64),
        ("capacity", np.int64),
        ("full_after", np.int64),  # microseconds until an empty bucket is full
        ("tokens", np.int64),
        ("last", np.int64),  # time of the last update
    ]
)

Buckets = NDArray[np.void]
"""Many buckets, by index: rows of _BUCKET."""


def buckets(limits: Sequence[Throttle]) -> Buckets:
    """Create full buckets. Rates are rounded to millionths of a request per second. Raises ReviewError above
    HIGHEST.
    """
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
    """Take one token from that bucket; False if it has none."""
    bucket = all_buckets[index]
    passed = time - bucket["last"]
    tokens = bucket["tokens"]
    if passed > 0:
        if passed >= bucket["full_after"]:
            tokens = bucket["capacity"]
        else:
            # Compares with what is missing, since the sum of tokens could exceed 64 bits.
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
    """Which requests one bucket lets through if it is full at the beginning. Arrivals in seconds, ascending."""
    times = np.round(np.asarray(arrivals, dtype=np.float64) * 1e6).astype(np.int64)
    taken = np.zeros(len(times), dtype=np.bool_)
    _take_all(buckets([Throttle(rate_limit=rate, burst_limit=burst)]), times, taken)
    return taken
