"""Makes names from a log safe to print, because callers choose them."""

from collections.abc import Iterable
from itertools import islice

_LONGEST = 120
_MOST_LISTED = 30


def printable(name: str) -> str:
    """The name without characters that move a terminal's cursor or reverse the text; cut if it is long."""
    shown = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in name[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def listed(names: Iterable[str]) -> str:
    """The first of them, separated by commas."""
    first = list(islice(names, _MOST_LISTED + 1))
    shown = ", ".join(printable(name) for name in first[:_MOST_LISTED])
    return f"{shown}, ..." if len(first) > _MOST_LISTED else shown
