"""The interface of a format: how to recognize its lines, and how to parse a block of them into a table of texts."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

FIELDS = ("time", "ip", "method", "path", "key", "count")
"""The columns that every format returns; `key` and `count` only if the log has them."""

REQUIRED = ("time", "ip", "method", "path")

Texts = Callable[[bytes, Counter[str]], pl.DataFrame]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The first lines of a log, and the user's options for it."""

    lines: tuple[bytes, ...]
    said: Mapping[str, str]
    """`--columns`: the log's name for each of FIELDS."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How to read the lines of one log."""

    texts: Texts
    """Parse a block of whole lines into the columns FIELDS, as text. Unreadable lines are counted."""

    columns: str = ""
    """Which field was used for what, for a log whose fields have names."""

    has_keys: bool = False
    has_counts: bool = False
    written_sec: float | None = None
    """The resolution of its times if the format defines it; None: the values show it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One format."""

    name: str
    """Its name for `--log-format`."""

    words: str
    """Its description in words."""

    document: str
    """Where the format is documented."""

    recognize: Callable[[Sample], Reader | None]
    """None if the lines have another format. Raises ReviewError if they have this format but cannot be used."""
