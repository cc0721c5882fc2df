"""What a limit would have to let through.

Each client's busiest window, each key's and each route's busiest second, and the burst that each route needs at each of
several rates.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.engine.jit import jit
from review.engine.token_bucket import HIGHEST, TOKEN

MOST_A_SECOND = 20_000
RATES = tuple(step * 10.0**power for power in range(-1, 5) for step in (1, 2, 5))[:-1]
"""0.1, 0.2, 0.5, 1, ..., 20,000 requests a second."""

_SECOND = 1_000_000
_MOST_OWED = HIGHEST * TOKEN

Number = TypeVar("Number", bound=np.generic)


class Peaks(NamedTuple):
    """By place: a ring of counts. By client: the highest sum of a window. By key and route: single seconds."""

    slot: int
    """The step of a client's window, in microseconds."""

    counts: NDArray[np.uint32]
    total: NDArray[np.int64]
    touched: NDArray[np.int64]
    peak: NDArray[np.int64]
    key_second: NDArray[np.int64]
    key_count: NDArray[np.int64]
    key_peak: NDArray[np.int64]
    route_second: NDArray[np.int64]
    route_count: NDArray[np.int64]
    route_seconds: NDArray[np.int64]
    """By route: how many seconds had that many requests."""

    route_last: NDArray[np.int64]
    rates: NDArray[np.int64]
    """RATES, in millionths."""

    owed: NDArray[np.int64]
    """By route and rate: what a bucket with that rate would lack now, in trillionths of a token."""

    burst: NDArray[np.int64]
    """By route and rate: the most that it has lacked."""


def peaks(window_sec: int, slot_sec: int, routes: int) -> Peaks:
    """The state before any request."""
    none = np.zeros(0, dtype=np.int64)
    return Peaks(
        slot=slot_sec * _SECOND,
        counts=np.zeros((0, window_sec // slot_sec), dtype=np.uint32),
        total=none,
        touched=none,
        peak=none,
        key_second=none,
        key_count=none,
        key_peak=none,
        route_second=np.zeros(routes, dtype=np.int64),
        route_count=np.zeros(routes, dtype=np.int64),
        route_seconds=np.zeros((routes, MOST_A_SECOND + 1), dtype=np.int64),
        route_last=np.zeros(routes, dtype=np.int64),
        rates=np.array([round(rate * 1e6) for rate in RATES], dtype=np.int64),
        owed=np.zeros((routes, len(RATES)), dtype=np.int64),
        burst=np.zeros((routes, len(RATES)), dtype=np.int64),
    )


def with_room(seen: Peaks, clients: int, keys: int, places: int = 0) -> Peaks:
    """Make room for at least that many."""
    if places > len(seen.total):
        seen = seen._replace(
            counts=_longer(seen.counts, places),
            total=_longer(seen.total, places),
            touched=_longer(seen.touched, places),
        )
    if clients > len(seen.peak):
        seen = seen._replace(peak=_longer(seen.peak, clients))
    if keys > len(seen.key_second):
        seen = seen._replace(
            key_second=_longer(seen.key_second, keys),
            key_count=_longer(seen.key_count, keys),
            key_peak=_longer(seen.key_peak, keys),
        )
    return seen


def _longer(column: NDArray[Number], need: int) -> NDArray[Number]:
    """Append zeros. The size doubles, so that growing is cheap."""
    more = max(need, 2 * len(column), 1024) - len(column)
    return np.concatenate([column, np.zeros((more, *column.shape[1:]), dtype=column.dtype)])


@jit
def see_clients(seen: Peaks, time: NDArray[np.int64], client: NDArray[np.int32], place: NDArray[np.int32]) -> None:
    """Count requests of each client at its place, in order of time."""
    for index in range(len(time)):
        _see_client(seen, client[index], place[index], time[index] // seen.slot)


@jit
def see_keys_and_routes(seen: Peaks, time: NDArray[np.int64], route: NDArray[np.int32], key: NDArray[np.int32]) -> None:
    """Count requests of each key and each route, in order of time."""
    for index in range(len(time)):
        second = time[index] // _SECOND
        who = key[index]
        if who != NONE:
            seen.key_count[who] = seen.key_count[who] + 1 if seen.key_second[who] == second else 1
            seen.key_second[who] = second
            seen.key_peak[who] = max(seen.key_peak[who], seen.key_count[who])
        _see_route(seen, route[index], time[index], second)


@jit
def _see_route(seen: Peaks, route: int, time: int, second: int) -> None:
    if seen.route_second[route] != second:
        if seen.route_count[route]:
            seen.route_seconds[route, min(seen.route_count[route], MOST_A_SECOND)] += 1
        seen.route_second[route] = second
        seen.route_count[route] = 0
    seen.route_count[route] += 1
    passed = time - seen.route_last[route]
    seen.route_last[route] = time
    for index in range(len(seen.rates)):
        owed, rate = seen.owed[route, index], seen.rates[index]
        # Divide first, because the product of a long time could exceed 64 bits.
        owed = 0 if passed > owed // rate else owed - passed * rate
        owed = min(owed + TOKEN, _MOST_OWED)
        seen.owed[route, index] = owed
        seen.burst[route, index] = max(seen.burst[route, index], owed)


@jit
def _see_client(seen: Peaks, client: int, place: int, slot: int) -> None:
    slots = seen.counts.shape[1]
    passed = slot - seen.touched[place]
    if passed >= slots:
        for at in range(slots):
            seen.counts[place, at] = 0
        seen.total[place] = 0
    else:
        for step in range(1, passed + 1):
            at = (seen.touched[place] + step) % slots
            seen.total[place] -= seen.counts[place, at]
            seen.counts[place, at] = 0
    seen.touched[place] = slot
    seen.counts[place, slot % slots] += 1
    seen.total[place] += 1
    seen.peak[client] = max(seen.peak[client], seen.total[place])
