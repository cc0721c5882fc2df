"""Spreads requests of one moment evenly over it, if a log's times are only precise to the second or the minute.

If all of them arrived at the beginning of the moment, they would form a burst that did not happen, and most would be
refused. Spread evenly they are the mildest load for a bucket, so the result is the least that would be refused.
"""

import numpy as np
from numpy.typing import NDArray

from review.replay.order import Columns, none
from review.replay.resolution import FINE

_MICROSECONDS = 1_000_000


class Spread:
    """Accepts requests in order of time and returns them in order; holds back those of the newest moment."""

    def __init__(self, resolution_sec: float, *, interleave: bool) -> None:
        self._length = round(resolution_sec * _MICROSECONDS) if resolution_sec >= FINE else 0
        self._interleave = interleave
        """Whether rows are counts: then a caller's requests are spread instead of following each other."""

        self._held, self._later = none(), none()

    def add(self, requests: Columns) -> Columns:
        """The requests that are complete by now."""
        if not self._length:
            return requests
        known = self._held.then(requests)
        if not len(known.time):
            return known
        newest = known.time[-1]
        cut = int(np.searchsorted(known.time, newest, side="left"))
        self._held = known.at(slice(cut, None))
        return self._until(int(newest), self._spread(known.at(slice(cut))))

    def rest(self) -> Columns:
        """The requests of the newest moment, at the end."""
        held, self._held = self._held, none()
        return self._until(np.iinfo(np.int64).max, self._spread(held))

    def _until(self, newest: int, spread: Columns) -> Columns:
        """In order of time. If some times are finer than others, a moment may begin before the last one has ended."""
        ready = self._later.then(spread)
        if (np.diff(ready.time) < 0).any():
            ready = ready.at(np.argsort(ready.time, kind="stable"))
        cut = int(np.searchsorted(ready.time, newest, side="left"))
        self._later = ready.at(slice(cut, None))
        return ready.at(slice(cut))

    def _spread(self, requests: Columns) -> Columns:
        if not len(requests.time):
            return requests
        _, moment, count = np.unique(requests.time, return_inverse=True, return_counts=True)
        if self._interleave:
            requests = requests.at(_interleaved(moment, requests))
        first = np.cumsum(count) - count
        place = np.arange(len(moment)) - first[moment]
        return requests._replace(time=requests.time + (place * self._length // count[moment]).astype(np.int64))


def _interleaved(moment: NDArray[np.int64], requests: Columns) -> NDArray[np.int64]:
    """Within each moment, first the first request of every caller, and so on; each caller's are spread evenly."""
    width = int(requests.client.max()) + 1
    routes = int(requests.route.max()) + 1
    caller = (moment * width + requests.client) * routes + requests.route
    order = np.argsort(caller, kind="stable")
    ordered = caller[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    counts = np.diff(np.append(starts, len(ordered)))
    part = np.empty(len(ordered), dtype=np.float64)
    part[order] = (np.arange(len(ordered)) - np.repeat(starts, counts) + 0.5) / np.repeat(counts, counts)
    return np.lexsort((part, moment))
