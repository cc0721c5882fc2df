"""Putting requests back in order.

An access log is written when a request is answered, so a slow answer comes after later requests. Requests that are late
by no more than the tolerance are put back; later ones are left out, since the layers have moved on.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Columns(NamedTuple):
    """Requests, one a row."""

    time: NDArray[np.int64]
    client: NDArray[np.int32]
    route: NDArray[np.int32]
    key: NDArray[np.int32]

    def at(self, which: NDArray[np.bool_] | NDArray[np.int64] | slice) -> "Columns":
        """Only those rows, in that order."""
        return Columns(self.time[which], self.client[which], self.route[which], self.key[which])

    def then(self, more: "Columns") -> "Columns":
        """These, and those after them."""
        return Columns(
            np.concatenate([self.time, more.time]),
            np.concatenate([self.client, more.client]),
            np.concatenate([self.route, more.route]),
            np.concatenate([self.key, more.key]),
        )


class InOrder:
    """Takes requests as they come and lets them out in order of time; holds back `tolerance_sec` of traffic."""

    def __init__(self, tolerance_sec: float) -> None:
        self._tolerance = int(tolerance_sec * 1_000_000)
        self._newest = np.iinfo(np.int64).min
        empty = np.empty(0, dtype=np.int32)
        self._held = Columns(np.empty(0, dtype=np.int64), empty, empty, empty)
        self.late = 0
        """Left out."""

        self.put_back = 0
        """Out of order, but within the tolerance."""

    def add(self, requests: Columns) -> Columns:
        """What can be let out now."""
        if not len(requests.time):
            return requests
        newest = np.maximum.accumulate(np.maximum(requests.time, self._newest))
        before = np.concatenate([[self._newest], newest[:-1]])
        behind = requests.time < before
        late = behind & (before - requests.time > self._tolerance)
        self.late += int(late.sum())
        self.put_back += int((behind & ~late).sum())
        self._newest = int(newest[-1])
        everything = self._held.then(requests.at(~late))
        everything = everything.at(np.argsort(everything.time, kind="stable"))
        cut = int(np.searchsorted(everything.time, self._newest - self._tolerance, side="right"))
        self._held = everything.at(slice(cut, None))
        return everything.at(slice(cut))

    def rest(self) -> Columns:
        """What was held back, at the end."""
        return self._held
