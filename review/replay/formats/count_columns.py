"""Rows that stand for many requests: a query's `stats count(*) by sourceIp, bin(1m)`."""

import re
from collections.abc import Sequence

from review.refusal import ReviewError
from review.replay.printable import printable

_COUNTS = re.compile(
    r"(count|cnt|hits|requests|request_count|num_requests|n)|(count|sum|count_distinct)\(.*\)", re.IGNORECASE
)


def refuse_uncounted(names: Sequence[str]) -> None:
    """Raises ReviewError if one of the columns looks like a count, and nobody says what it is."""
    for name in names:
        # What matches has nothing in it that could not be printed, but for what is between parentheses.
        if _COUNTS.fullmatch(name):
            name = printable(name)  # noqa: PLW2901  # only to say it
            raise ReviewError(
                f"column {name} looks like a number of requests: each row would be taken for one request. "
                f"--columns 'count={name}' counts the rows by it; leave it out of the file if it is something else"
            )
