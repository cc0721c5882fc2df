"""Numbers for the names in a log."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import overload
from urllib.parse import unquote

import numpy as np
import polars as pl
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.layers.layers import Layers

_MOST_PATHS = 200_000
_MOST_UNKNOWN = 10_000
_HOST = re.compile(r"(?:(?<= )|^)[a-z]+://[^/]*")
UNKNOWN, PREFLIGHT = -1, -2


class Names(Sequence[str]):
    """Names in the order of their numbers. A Python list would need three times the memory of a column."""

    def __init__(self) -> None:
        self._column = pl.Series(dtype=pl.String)
        self._more: list[pl.Series] = []
        self._count = 0

    def add(self, names: pl.Series) -> None:
        """Append these names."""
        self._more.append(names.cast(pl.String))
        self._count += len(names)

    def column(self) -> pl.Series:
        """All names."""
        if self._more:
            self._column = pl.concat([self._column, *self._more], rechunk=True)
            self._more = []
        return self._column

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return self._recent(index) if index.stop is None else self.column()[index].to_list()
        return str(self.column()[int(index)])

    def _recent(self, index: slice) -> list[str]:
        """The last names, without joining all of them."""
        newest = self._more[-1] if self._more else self._column
        start, before = index.start or 0, self._count - len(newest)
        if index.step is None and start >= before:
            return newest[start - before :].to_list()
        return self.column()[index].to_list()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __iter__(self) -> Iterator[str]:
        return iter(self.column().to_list())


class Numbers:
    """Numbers names in the order in which they first occur: 0, 1, 2, ... Polars keeps the table."""

    def __init__(self) -> None:
        self._type = pl.Categorical(pl.Categories.random())
        # Polars deletes the table when no column with this type is left.
        self._kept = pl.Series(dtype=pl.String).cast(self._type)
        self.names = Names()

    def of(self, column: pl.Series) -> NDArray[np.int32]:
        """Each name's number, NONE for null."""
        physical = column.cast(self._type).to_physical()
        numbers = physical.cast(pl.Int32).fill_null(NONE).to_numpy()
        fresh = np.flatnonzero(numbers >= len(self.names))
        if len(fresh):
            _, first = np.unique(numbers[fresh], return_index=True)
            self.names.add(column.gather(fresh[first]))
        return numbers


class Routes:
    """Finds the environment's route for a path in a log: the route itself, or a path that it matches."""

    def __init__(self, layers: Layers) -> None:
        self._exact = {route.key: index for index, route in enumerate(layers.routes)}
        self.unknown = Counter[str]()
        """How often unknown routes were requested; if there are very many, only the frequent ones."""

        patterns = [(route.key.split(" ", 1), index) for index, route in enumerate(layers.routes)]
        # Fixed parts before variables, single variables before greedy ones, in API Gateway's order.
        patterns.sort(key=lambda item: (item[0][1].count("+}"), item[0][1].count("{")))
        self._patterns = [(method, _pattern(path, layers.path_prefixes), index) for (method, path), index in patterns]
        self._numbers = Numbers()
        self._found = np.zeros(0, dtype=np.int32)

    def of(self, column: pl.Series) -> NDArray[np.int32]:
        """The index of each one, UNKNOWN, or PREFLIGHT for an OPTIONS request of a known path. No nulls."""
        if len(self._found) > _MOST_PATHS:
            self._numbers, self._found = Numbers(), self._found[:0]
        numbers = self._numbers.of(column)
        fresh = [self._find(name) for name in self._numbers.names[len(self._found) :]]
        self._found = np.concatenate([self._found, np.array(fresh, dtype=np.int32)])
        found = self._found[numbers]
        if (found == UNKNOWN).any():
            self._count(numbers[found == UNKNOWN])
        return found

    def _count(self, unknown: NDArray[np.int32]) -> None:
        for number, count in zip(*np.unique(unknown, return_counts=True), strict=True):
            self.unknown[_without_query(self._numbers.names[number])] += int(count)
        if len(self.unknown) > _MOST_UNKNOWN:
            self.unknown = Counter(dict(self.unknown.most_common(_MOST_UNKNOWN // 2)))

    def _find(self, name: str) -> int:
        if name in self._exact:
            return self._exact[name]
        method, _, asked = name.partition(" ")
        method, path = method.upper(), "/" + _VERB.sub("", _without_query(asked)).removeprefix("/").rstrip("/")
        found = self._matching(path) or self._matching(_decoded(path))
        for of, index in found:
            if of == method:
                return index
        return PREFLIGHT if found and method == "OPTIONS" else UNKNOWN

    def _matching(self, path: str) -> list[tuple[str, int]]:
        return [(of, index) for of, pattern, index in self._patterns if pattern.fullmatch(path)]


_VERB = re.compile(r"^[A-Z]+ (?=/)")


def _decoded(path: str) -> str:
    """CloudFront's log and some clients encode characters that need no encoding. An encoded slash separates nothing."""
    return unquote(re.sub("%2[fF]", "%252F", path))


def _without_query(asked: str) -> str:
    """Only the path, without a query and, in a whole URL, without the host."""
    return _HOST.sub("", asked.partition("?")[0])


def _pattern(path: str, prefixes: tuple[str, ...]) -> re.Pattern[str]:
    """With or without the stage's name or the base path in front, like settings/waf/path_pattern.py."""
    parts = re.split(r"(\{[^}]+\})", path)
    if path == "/":
        parts = []
    before = "|".join(re.escape(prefix) for prefix in prefixes)
    return re.compile(
        (f"(?:/(?:{before}))?" if before else "")
        + "".join(
            (r".+" if part.endswith("+}") else r"[^/]+") if part.startswith("{") else re.escape(part) for part in parts
        )
        + ("/?" if path == "/" else "")
    )
