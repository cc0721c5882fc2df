"""What a format is: how its lines are recognized, and how a block of them becomes a table of texts."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

FIELDS = ("time", "ip", "method", "path", "key", "count")
"""The columns of the texts that every format gives: `key` and `count` only if the log has them."""

REQUIRED = ("time", "ip", "method", "path")

Texts = Callable[[bytes, Counter[str]], pl.DataFrame]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The first lines of a log, and what the user says of it."""

    lines: tuple[bytes, ...]
    said: Mapping[str, str]
    """`--columns`: what the log calls each of FIELDS."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How the lines of one log are read."""

    texts: Texts
    """From a block of whole lines to the columns FIELDS, as text. Lines that cannot be read are counted."""

    columns: str = ""
    """Which of its fields was taken for what, for a log whose fields have names."""

    has_keys: bool = False
    has_counts: bool = False
    written_sec: float | None = None
    """The resolution of its times by the format's own document; None: the values say it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One format."""

    name: str
    """For `--log-format`."""

    words: str
    """What a log was taken for, in words."""

    document: str
    """Where the format is described."""

    recognize: Callable[[Sample], Reader | None]
    """None if the lines are something else. Raises ReviewError if they are this format and cannot be used."""
