"""On which line of an environment file a field is. Only a refusal needs it, so reading does not record it."""

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from settings.secrecy import Where

# Our own limit, in characters: one or two seconds. To find a field, about ten beginnings of the file are parsed.
_MOST_PARSED = 2_000_000


def line_numbers(text: str, wheres: Sequence[Where]) -> list[int | None]:
    """For each field, the line on which its `key = value` or its table begins, or the line of the table around it.

    None for a field that is not in the text, and for one that would take too long to find: the last of very many, or in
    a very large file.
    """
    search = _Search(text)
    return [search.line_of(where) for where in wheres]


class _Search:
    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._left = _MOST_PARSED
        self._whole: Any = tomllib.loads(text)
        self._up_to = lru_cache(maxsize=64)(self._parsed_up_to)

    def line_of(self, where: Where) -> int | None:
        there = where[: _depth(self._whole, where)]
        if not there:
            return None
        counts = range(1, len(self._lines) + 1)
        try:
            return 1 + bisect_left(counts, True, key=lambda count: _depth(self._up_to(count), there) == len(there))
        except _TooLongError:
            return None

    def _parsed_up_to(self, count: int) -> Any:
        """The first lines as a table. If a value continues on later lines, a part of it is not TOML."""
        for end in range(count, len(self._lines)):
            beginning = "\n".join(self._lines[:end]) + "\n"
            self._left -= len(beginning)
            if self._left < 0:
                raise _TooLongError
            try:
                return tomllib.loads(beginning)
            except tomllib.TOMLDecodeError:
                continue
        return self._whole


class _TooLongError(Exception):
    pass


def _depth(table: Any, where: Where) -> int:
    """How many parts of the path exist."""
    for depth, part in enumerate(where):
        try:
            table = table[part]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(where)
