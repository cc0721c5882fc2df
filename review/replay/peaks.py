"""The busiest window of every client and the busiest seconds of every route: what a limit would have to let through."""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.engine.jit import jit

SLOT_SEC = 10
"""A client's window moves in steps of this; its peak is counted at most that much too long."""

MOST_A_SECOND = 20_000
_SECOND = 1_000_000

Number = TypeVar("Number", bound=np.generic)


class Peaks(NamedTuple):
    """By client: a ring of counts and the highest sum of a window. By key and route: single seconds."""

    slots: int
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


def peaks(window_sec: int, routes: int) -> Peaks:
    """Nothing seen yet."""
    none = np.zeros(0, dtype=np.int64)
    slots = window_sec // SLOT_SEC
    return Peaks(
        slots=slots,
        counts=np.zeros((0, slots), dtype=np.uint32),
        total=none,
        touched=none,
        peak=none,
        key_second=none,
        key_count=none,
        key_peak=none,
        route_second=np.zeros(routes, dtype=np.int64),
        route_count=np.zeros(routes, dtype=np.int64),
        route_seconds=np.zeros((routes, MOST_A_SECOND + 1), dtype=np.int64),
    )


def with_room(seen: Peaks, clients: int, keys: int) -> Peaks:
    """Room for at least that many."""
    if clients > len(seen.total):
        seen = seen._replace(
            counts=_longer(seen.counts, clients),
            total=_longer(seen.total, clients),
            touched=_longer(seen.touched, clients),
            peak=_longer(seen.peak, clients),
        )
    if keys > len(seen.key_second):
        seen = seen._replace(
            key_second=_longer(seen.key_second, keys),
            key_count=_longer(seen.key_count, keys),
            key_peak=_longer(seen.key_peak, keys),
        )
    return seen


def _longer(column: NDArray[Number], need: int) -> NDArray[Number]:
    """Zeros at the end; doubles, so that growing costs little."""
    more = max(need, 2 * len(column), 1024) - len(column)
    return np.concatenate([column, np.zeros((more, *column.shape[1:]), dtype=column.dtype)])


@jit
def see(
    seen: Peaks, time: NDArray[np.int64], client: NDArray[np.int32], route: NDArray[np.int32], key: NDArray[np.int32]
) -> None:
    """Count requests, in order of time."""
    for index in range(len(time)):
        _see_client(seen, client[index], time[index] // (SLOT_SEC * _SECOND))
        second = time[index] // _SECOND
        who = key[index]
        if who != NONE:
            seen.key_count[who] = seen.key_count[who] + 1 if seen.key_second[who] == second else 1
            seen.key_second[who] = second
            seen.key_peak[who] = max(seen.key_peak[who], seen.key_count[who])
        where = route[index]
        if seen.route_second[where] != second:
            if seen.route_count[where]:
                seen.route_seconds[where, min(seen.route_count[where], MOST_A_SECOND)] += 1
            seen.route_second[where] = second
            seen.route_count[where] = 0
        seen.route_count[where] += 1


@jit
def _see_client(seen: Peaks, client: int, slot: int) -> None:
    passed = slot - seen.touched[client]
    if passed >= seen.slots:
        seen.counts[client, :] = 0
        seen.total[client] = 0
    else:
        for step in range(1, passed + 1):
            at = (seen.touched[client] + step) % seen.slots
            seen.total[client] -= seen.counts[client, at]
            seen.counts[client, at] = 0
    seen.touched[client] = slot
    seen.counts[client, slot % seen.slots] += 1
    seen.total[client] += 1
    seen.peak[client] = max(seen.peak[client], seen.total[client])
