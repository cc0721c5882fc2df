"""Numbers for the names in a log."""

import re

import numpy as np
import polars as pl
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.layers.layers import Layers

_MOST_PATHS = 200_000
UNKNOWN, PREFLIGHT = -1, -2


class Numbers:
    """Numbers names as they first come: 0, 1, 2, ... Polars keeps the table."""

    def __init__(self) -> None:
        self._type = pl.Categorical(pl.Categories.random())
        # Polars forgets the table when no column of the type is left.
        self._kept = pl.Series(dtype=pl.String).cast(self._type)
        self.names: list[str] = []

    def of(self, column: pl.Series) -> NDArray[np.int32]:
        """Each name's number, NONE for null."""
        physical = column.cast(self._type).to_physical()
        numbers = physical.cast(pl.Int32).fill_null(NONE).to_numpy()
        fresh = np.flatnonzero(numbers >= len(self.names))
        if len(fresh):
            _, first = np.unique(numbers[fresh], return_index=True)
            self.names += column.gather(fresh[first]).to_list()
        return numbers


class Routes:
    """Finds the environment's route for what a log calls it: the route itself, or a path that it matches."""

    def __init__(self, layers: Layers) -> None:
        self._exact = {route.key: index for index, route in enumerate(layers.routes)}
        patterns = [(route.key.split(" ", 1), index) for index, route in enumerate(layers.routes)]
        # Fixed parts before variables, single variables before greedy ones, as API Gateway chooses.
        patterns.sort(key=lambda item: (item[0][1].count("+}"), item[0][1].count("{")))
        self._patterns = [(method, _pattern(path), index) for (method, path), index in patterns]
        self._numbers = Numbers()
        self._found = np.zeros(0, dtype=np.int32)

    def of(self, column: pl.Series) -> NDArray[np.int32]:
        """Each one's index, UNKNOWN, or PREFLIGHT for an OPTIONS request of a known path. No nulls."""
        if len(self._found) > _MOST_PATHS:
            self._numbers, self._found = Numbers(), self._found[:0]
        numbers = self._numbers.of(column)
        fresh = [self._find(name) for name in self._numbers.names[len(self._found) :]]
        self._found = np.concatenate([self._found, np.array(fresh, dtype=np.int32)])
        return self._found[numbers]

    def _find(self, name: str) -> int:
        if name in self._exact:
            return self._exact[name]
        method, _, asked = name.partition(" ")
        method, path = method.upper(), asked.partition("?")[0].rstrip("/") or "/"
        found = [(of, index) for of, pattern, index in self._patterns if pattern.fullmatch(path)]
        for of, index in found:
            if of == method:
                return index
        return PREFLIGHT if found and method == "OPTIONS" else UNKNOWN


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile(
        "".join(
            (r".+" if part.endswith("+}") else r"[^/]+") if part.startswith("{") else re.escape(part) for part in parts
        )
    )
