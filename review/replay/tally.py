"""Counts which callers were refused by which layer, and when."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.outcome import Outcome
from review.replay.order import Columns

_MINUTE = 60_000_000
MOST_MINUTES = 5


@dataclass(frozen=True, slots=True, order=True)
class Minute:
    """A minute with refusals. Minutes are compared by the number of refusals, then the earlier one is greater."""

    refused: int
    minus_number: int
    """Minutes since 1970, negative."""

    requests: int

    @property
    def start(self) -> int:
        """Microseconds since 1970."""
        return -self.minus_number * _MINUTE


def count_outcomes(counts: NDArray[np.uint32], who: NDArray[np.int32], outcomes: NDArray[np.int8]) -> None:
    """Count how often each caller, a row of `counts`, had each outcome."""
    np.add.at(counts.reshape(-1), who.astype(np.int64) * len(Outcome) + outcomes, np.uint32(1))


class Tally:
    """Counts by client. Of the minutes only the worst are kept, so that a long log needs no more memory than a short
    one.
    """

    def __init__(self) -> None:
        self.by_client = np.zeros((0, len(Outcome)), dtype=np.uint32)
        self.minutes_refused = 0
        self._worst: list[Minute] = []
        self._open = Minute(0, 0, 0)
        self.first = 0
        self.last = 0
        self.requests = 0

    def add(self, requests: Columns, outcomes: NDArray[np.int8], clients: int) -> None:
        """Count one block, in order of time."""
        if not len(outcomes):
            return
        if clients > len(self.by_client):
            more = max(clients, 2 * len(self.by_client)) - len(self.by_client)
            self.by_client = np.concatenate([self.by_client, np.zeros((more, len(Outcome)), dtype=np.uint32)])
        count_outcomes(self.by_client, requests.client, outcomes)
        numbers, start, count = np.unique(requests.time // _MINUTE, return_index=True, return_counts=True)
        refused = np.add.reduceat((outcomes != Outcome.ACCEPTED).astype(np.int64), start)
        for number, sent, stopped in zip(numbers.tolist(), count.tolist(), refused.tolist(), strict=True):
            self._minute(number, sent, stopped)
        self.first = self.first or int(requests.time[0])
        self.last = int(requests.time[-1])
        self.requests += len(outcomes)

    def _minute(self, number: int, requests: int, refused: int) -> None:
        now = self._open
        if now.minus_number == -number:
            self._open = Minute(now.refused + refused, -number, now.requests + requests)
        else:
            self._close()
            self._open = Minute(refused, -number, requests)

    def end(self) -> None:
        """Finish, after the last block."""
        self._close()

    def _close(self) -> None:
        if self._open.refused:
            self.minutes_refused += 1
            heapq.heappush(self._worst, self._open)
            if len(self._worst) > MOST_MINUTES:
                heapq.heappop(self._worst)
        self._open = Minute(0, 0, 0)

    def worst_minutes(self) -> list[Minute]:
        """The worst minutes first."""
        return sorted(self._worst, reverse=True)

    @property
    def clients(self) -> int:
        """Requests that could be used."""
        return int(self.by_client.any(axis=1).sum())

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """All requests."""
        sums = self.by_client.sum(axis=0, dtype=np.int64)
        return {outcome: int(sums[outcome]) for outcome in Outcome}
