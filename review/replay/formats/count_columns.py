"""Rows that count several requests: a query's `stats count(*) by sourceIp, bin(1m)`."""

import re
from collections.abc import Sequence

from review.refusal import ReviewError
from review.replay.printable import printable

# Athena calls a column without a name _col4.
_COUNTS = re.compile(
    r"counts?_?|cnt|hits|calls|n|freq(?:uency)?|occurrences|invocations|_col\d+"
    r"|(?:(?:num|nr|n|no|total|sum|number)[ _.-]?(?:of)?[ _.-]?)?(?:requests?|reqs|calls|hits)"
    r"[ _.-]?(?:counts?|cnt|total|num)?(?:[ _.-]?(?:per|/)[ _.-]?\w+)?"
    r"|total[ _.-]?count|(?:count|sum|count_distinct)\(.*\)",
    re.IGNORECASE,
)
_NO_COUNTS = frozenset({"request", "req", "call"})


def refuse_uncounted(names: Sequence[str]) -> None:
    """Raises ReviewError if a column looks like a count and the user has not named it."""
    for name in names:
        # The matched name is printable, except for the text in parentheses.
        if _COUNTS.fullmatch(name) and name.lower() not in _NO_COUNTS:
            name = printable(name)  # noqa: PLW2901  # only for the message
            raise ReviewError(
                f"column {name} looks like a number of requests, but each row would count as one request. "
                f"--columns 'count={name}' uses it as a count; if it is something else, remove the column"
            )
