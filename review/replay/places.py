"""Places in a table for the active clients. A client that has been idle for long enough loses its place to another.

A table of windows therefore grows with the clients of a few minutes, not with every address that ever called.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE

FEWEST = 65_536
"""Number of places to use before looking for idle ones."""


class Places:
    """Gives each client a place, which it keeps while it is active."""

    def __init__(self) -> None:
        self._place_of = np.zeros(0, dtype=np.int32)
        self._owner = np.zeros(0, dtype=np.int32)
        self._free = np.zeros(0, dtype=np.int32)
        self._looked_at = FEWEST
        self.count = 0
        """Number of places."""

    def of(self, clients: NDArray[np.int32], is_idle: Callable[[int], NDArray[np.bool_]]) -> NDArray[np.int32]:
        """The place of each client. `is_idle` tells which of the first places could be reused."""
        if not len(clients):
            return clients
        self._place_of = _with_room(self._place_of, int(clients.max()) + 1)
        places = self._place_of[clients]
        lacking = np.unique(clients[places == NONE])
        if not len(lacking):
            return places
        if len(lacking) > len(self._free) and self.count >= self._looked_at:
            self._look_for_idle(places, is_idle)
        more = len(lacking) - len(self._free)
        if more > 0:
            self._free = np.concatenate([self._free, np.arange(self.count, self.count + more, dtype=np.int32)])
            self.count += more
            self._owner = _with_room(self._owner, self.count)
        taken, self._free = self._free[: len(lacking)], self._free[len(lacking) :]
        self._place_of[lacking] = taken
        self._owner[taken] = lacking
        return self._place_of[clients]

    def _look_for_idle(self, needed: NDArray[np.int32], is_idle: Callable[[int], NDArray[np.bool_]]) -> None:
        owner = self._owner[: self.count]
        idle = is_idle(self.count) & (owner != NONE)
        idle[needed[needed != NONE]] = False
        freed = np.flatnonzero(idle).astype(np.int32)
        self._place_of[owner[freed]] = NONE
        self._owner[freed] = NONE
        self._free = np.concatenate([self._free, freed])
        self._looked_at = max(FEWEST, 2 * (self.count - len(self._free)))


def _with_room(column: NDArray[np.int32], need: int) -> NDArray[np.int32]:
    """Append NONE. The size doubles, so that growing is cheap."""
    if need <= len(column):
        return column
    more = max(need, 2 * len(column), 1024) - len(column)
    return np.concatenate([column, np.full(more, NONE, dtype=np.int32)])
