"""Sorts requests by time.

API Gateway writes a line of the access log when it answers, so a slow answer is logged after later requests. Requests
that are late by at most the tolerance are sorted in. Later ones are left out, since the layers have moved on. A single
time far ahead of the lines after it is wrong; if it were trusted, all of them would be late.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LOOK = 31
"""How many following lines decide whether a line is ahead: more than half of them."""


class Columns(NamedTuple):
    """Requests, one a row."""

    time: NDArray[np.int64]
    client: NDArray[np.int32]
    route: NDArray[np.int32]
    key: NDArray[np.int32]
    usage: NDArray[np.int64] | None = None
    """What each asked of a model, as review/replay/tokens.py has it; None if that is of no use."""

    def at(self, which: NDArray[np.bool_] | NDArray[np.int64] | slice) -> "Columns":
        """Only these rows, in that order."""
        usage = None if self.usage is None else self.usage[which]
        return Columns(self.time[which], self.client[which], self.route[which], self.key[which], usage)

    def then(self, more: "Columns") -> "Columns":
        """These rows, followed by the others."""
        return Columns(
            np.concatenate([self.time, more.time]),
            np.concatenate([self.client, more.client]),
            np.concatenate([self.route, more.route]),
            np.concatenate([self.key, more.key]),
            self._usage_then(more),
        )

    def _usage_then(self, more: "Columns") -> NDArray[np.int64] | None:
        # No request has none, whatever the others have.
        if self.usage is None or more.usage is None:
            return more.usage if self.usage is None else self.usage
        return np.concatenate([self.usage, more.usage])


def none() -> Columns:
    """No request."""
    empty = np.empty(0, dtype=np.int32)
    return Columns(np.empty(0, dtype=np.int64), empty, empty, empty)


class InOrder:
    """Accepts requests as they arrive and returns them ordered by time; holds back `tolerance_sec` of traffic."""

    def __init__(self, tolerance_sec: float) -> None:
        self._tolerance = int(tolerance_sec * 1_000_000)
        self._newest = np.iinfo(np.int64).min // 2
        self._unchecked, self._held = none(), none()
        self.ahead = 0
        """Left out, because the following lines show that the time is wrong."""

        self.late = 0
        """Left out, because the tolerance has passed."""

        self.put_back = 0
        """Out of order, but within the tolerance."""

    def add(self, requests: Columns) -> Columns:
        """The requests that are in order by now."""
        coming = self._unchecked.then(requests)
        checked = max(0, len(coming.time) - LOOK)
        self._unchecked = coming.at(slice(checked, None))
        return self._sorted(coming, checked)

    def rest(self) -> Columns:
        """The requests that were held back, at the end."""
        return self._sorted(self._unchecked, len(self._unchecked.time)).then(self._held)

    def _sorted(self, coming: Columns, count: int) -> Columns:
        """Handle the first `count` and those held back. The others only show whether one of them is ahead."""
        requests = coming.at(slice(count))
        if not count:
            return requests
        newest = self._newest_so_far(requests.time)
        if (newest - requests.time > self._tolerance).any():
            ahead = self._is_ahead(coming.time, count)
            self.ahead += int(ahead.sum())
            requests = requests.at(~ahead)
            newest = self._newest_so_far(requests.time)
        behind = newest - requests.time
        late = behind > self._tolerance
        self.late += int(late.sum())
        self.put_back += int(((behind > 0) & ~late).sum())
        self._newest = int(newest[-1]) if len(newest) else self._newest
        everything = self._held.then(requests.at(~late))
        if (np.diff(everything.time) < 0).any():
            everything = everything.at(np.argsort(everything.time, kind="stable"))
        cut = int(np.searchsorted(everything.time, self._newest - self._tolerance, side="right"))
        self._held = everything.at(slice(cut, None))
        return everything.at(slice(cut))

    def _newest_so_far(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.maximum.accumulate(np.maximum(times, self._newest))

    def _is_ahead(self, times: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
        """Ahead by more than the tolerance of more than half of the following lines."""
        earlier = np.zeros(count, dtype=np.int64)
        after = np.minimum(len(times) - 1 - np.arange(count), LOOK)
        for step in range(1, LOOK + 1):
            following = times[step : step + count]
            earlier[: len(following)] += times[: len(following)] - following > self._tolerance
        return earlier * 2 > after
