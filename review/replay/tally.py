"""Who was refused by what, and when."""

import numpy as np
from numpy.typing import NDArray

from review.engine.outcome import Outcome
from review.replay.order import Columns

_MINUTE = 60_000_000


class Tally:
    """Counts by client and by minute; grows with the clients and, a few bytes each, with the minutes."""

    def __init__(self) -> None:
        self.by_client = np.zeros((0, len(Outcome)), dtype=np.uint32)
        self.by_minute: dict[int, NDArray[np.int64]] = {}
        self.first = 0
        self.last = 0
        self.requests = 0

    def add(self, requests: Columns, outcomes: NDArray[np.int8], clients: int) -> None:
        """One block, in order of time."""
        if not len(outcomes):
            return
        if clients > len(self.by_client):
            more = max(clients, 2 * len(self.by_client)) - len(self.by_client)
            self.by_client = np.concatenate([self.by_client, np.zeros((more, len(Outcome)), dtype=np.uint32)])
        flat = requests.client.astype(np.int64) * len(Outcome) + outcomes
        counted = np.bincount(flat, minlength=0)
        self.by_client.reshape(-1)[: len(counted)] += counted.astype(np.uint32)
        minute = requests.time // _MINUTE
        lowest = int(minute[0])
        grid = np.bincount((minute - lowest) * len(Outcome) + outcomes, minlength=0)
        grid = np.concatenate([grid, np.zeros(-len(grid) % len(Outcome), dtype=grid.dtype)]).reshape(-1, len(Outcome))
        for offset in np.flatnonzero(grid.any(axis=1)):
            row = self.by_minute.setdefault(lowest + int(offset), np.zeros(len(Outcome), dtype=np.int64))
            row += grid[offset]
        self.first = self.first or int(requests.time[0])
        self.last = int(requests.time[-1])
        self.requests += len(outcomes)

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """All of them."""
        sums = self.by_client.sum(axis=0, dtype=np.int64)
        return {outcome: int(sums[outcome]) for outcome in Outcome}
