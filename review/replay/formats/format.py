"""What a format is: how its lines are recognized, and how a block of them becomes a table of texts."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

FIELDS = ("time", "ip", "method", "path", "key", "count")
"""The columns of the texts that every format gives: `key` and `count` only if the log has them."""

TOKEN_FIELDS = ("request", "input_tokens", "output_tokens", "model", "milliseconds", "seconds")
"""Those that the texts have besides, if the log does and somebody asks: for limits in tokens."""

REQUIRED = ("time", "ip", "method", "path")

Texts = Callable[[bytes, Counter[str]], pl.DataFrame]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The first lines of a log, and what the user says of it."""

    lines: tuple[bytes, ...]
    said: Mapping[str, str]
    """`--columns`: what the log calls each of FIELDS."""

    tokens: bool = False
    """Whether TOKEN_FIELDS are of use: each more field takes its time."""

    def wanted(self, names: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """Those of the names that are of use."""
        return {what: of for what, of in names.items() if self.tokens or what not in TOKEN_FIELDS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How the lines of one log are read."""

    texts: Texts
    """From a block of whole lines to the columns FIELDS, as text. Lines that cannot be read are counted."""

    columns: str = ""
    """Which of its fields was taken for what, for a log whose fields have names."""

    has_keys: bool = False
    has_counts: bool = False
    token_fields: tuple[str, ...] = ()
    """Those of TOKEN_FIELDS that its texts have."""
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
