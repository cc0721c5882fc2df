"""The interface of an envelope: something around the lines of a log."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Unwrap = Callable[[Iterable[bytes], Counter[str]], Iterator[bytes]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """One kind."""

    words: str
    """A description; empty if there is nothing around the lines."""

    document: str
    recognize: Callable[[bytes], bool]
    """Whether a file with this beginning may have this envelope."""

    unwrap: Unwrap
    """Turn the file's bytes, in parts of any size, into blocks of whole lines. Unreadable parts are counted."""
