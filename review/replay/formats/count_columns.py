"""Rows that count several requests: a query's `stats count(*) by sourceIp, bin(1m)`."""

import re
from collections.abc import Sequence

from review.refusal import ReviewError
from review.replay.printable import printable

_COUNTS = re.compile(
    r"(count|cnt|hits|requests|request_count|num_requests|n)|(count|sum|count_distinct)\(.*\)", re.IGNORECASE
)


def refuse_uncounted(names: Sequence[str]) -> None:
    """Raises ReviewError if a column looks like a count and the user has not named it."""
    for name in names:
        # The matched name is printable, except for the text in parentheses.
        if _COUNTS.fullmatch(name):
            name = printable(name)  # noqa: PLW2901  # only for the message
            raise ReviewError(
                f"column {name} looks like a number of requests, but each row would count as one request. "
                f"--columns 'count={name}' uses it as a count; if it is something else, remove the column"
            )
