"""Numbers for the names in a log."""

import re
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.layers import Layers

_MOST_PATHS = 200_000
UNKNOWN, PREFLIGHT = -1, -2


class Numbers:
    """Numbers names as they first come."""

    def __init__(self, numbered: Callable[[str], int] | None = None) -> None:
        self.names: dict[str, int] = {}
        self._numbered = numbered or (lambda _: len(self.names))

    def of(self, column: pl.Series) -> NDArray[np.int32]:
        """Each name's number; looked up once a distinct name."""
        distinct = column.unique()
        known, new = self.names, self._numbered
        numbers = []
        for name in distinct.to_list():
            number = known.get(name)
            if number is None:
                number = known[name] = new(name)
            numbers.append(number)
        table = pl.DataFrame({"name": distinct, "number": pl.Series(numbers, dtype=pl.Int32)})
        joined = pl.DataFrame({"name": column}).join(table, on="name", how="left", maintain_order="left")
        return joined["number"].to_numpy()


class Routes:
    """Finds the environment's route for what a log calls it: the route itself, or a path that it matches."""

    def __init__(self, layers: Layers) -> None:
        self._exact = {route.key: index for index, route in enumerate(layers.routes)}
        patterns = [(route.key.split(" ", 1), index) for index, route in enumerate(layers.routes)]
        # Fixed parts before variables, single variables before greedy ones, as API Gateway chooses.
        patterns.sort(key=lambda item: (item[0][1].count("+}"), item[0][1].count("{")))
        self._patterns = [(method, _pattern(path), index) for (method, path), index in patterns]
        self._numbers = Numbers(self._find)

    def of(self, column: pl.Series) -> NDArray[np.int32]:
        """Each one's index, UNKNOWN, or PREFLIGHT for an OPTIONS request of a known path."""
        if len(self._numbers.names) > _MOST_PATHS:
            self._numbers.names.clear()
        return self._numbers.of(column)

    def _find(self, name: str) -> int:
        if name in self._exact:
            return self._exact[name]
        method, _, path = name.partition(" ")
        found = [(of, index) for of, pattern, index in self._patterns if pattern.fullmatch(path.rstrip("/") or "/")]
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


def keys(numbers: Numbers, column: pl.Series) -> NDArray[np.int32]:
    """Each key's number; NONE where the log shows none."""
    found = numbers.of(column)
    for blank in ("", "-"):
        number = numbers.names.get(blank)
        if number is not None:
            found = np.where(found == number, NONE, found).astype(np.int32)
    return found
