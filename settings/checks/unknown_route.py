"""A route that some table names and that is not there."""

from collections.abc import Collection

# More than a line can list.
_MOST_LISTED = 12


def no_such_route(known: Collection[str]) -> str:
    """`no such route; there are GET /a, POST /b`, or the first of them and how many more."""
    listed = ", ".join([*known][:_MOST_LISTED])
    more = len(known) - _MOST_LISTED
    return f"no such route; there are {listed}" + (f", and {more} more" if more > 0 else "")
