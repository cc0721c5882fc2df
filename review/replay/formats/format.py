"""The interface of a format: how to recognize its lines, and how to parse a block of them into a table of texts."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

FIELDS = ("time", "ip", "method", "path", "key", "count")
"""The columns that every format returns; `key` and `count` only if the log has them."""

TOKEN_FIELDS = ("request", "input_tokens", "output_tokens", "model", "milliseconds", "seconds")
"""Those that the texts have besides, if the log does and somebody asks: for limits in tokens."""

REQUIRED = ("time", "ip", "method", "path")

Texts = Callable[[bytes, Counter[str]], pl.DataFrame]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The first lines of a log, and the user's options for it."""

    lines: tuple[bytes, ...]
    said: Mapping[str, str]
    """`--columns`: the log's name for each of FIELDS."""

    tokens: bool = False
    """Whether TOKEN_FIELDS are of use: each more field takes its time."""

    def wanted(self, names: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """Those of the names that are of use."""
        return {what: of for what, of in names.items() if self.tokens or what not in TOKEN_FIELDS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How to read the lines of one log."""

    texts: Texts
    """Parse a block of whole lines into the columns FIELDS, as text. Unreadable lines are counted."""

    columns: str = ""
    """Which field was used for what."""

    fields: Mapping[str, str] = field(default_factory=dict)
    """The name of the field that is used for each of FIELDS, in a log whose fields have names."""

    has_keys: bool = False
    has_counts: bool = False
    token_fields: tuple[str, ...] = ()
    """Those of TOKEN_FIELDS that its texts have."""
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
