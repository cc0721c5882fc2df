"""A route that a table names but that does not exist."""

from collections.abc import Collection

# More would not fit into a line.
_MOST_LISTED = 12
_CLOSE = 0.8
# Our own limit: each unknown route is compared with each of these.
_MOST_COMPARED = 200


def no_such_route(key: str, known: Collection[str]) -> str:
    """`no such route; did you mean POST /chat?`, or a list of the first routes and how many more there are."""
    # Only a refusal needs it, and it is slow to load.
    from difflib import get_close_matches  # noqa: PLC0415

    folded = {each.lower(): each for each in known} if len(known) <= _MOST_COMPARED else {}
    if close := get_close_matches(key.lower(), folded, n=1, cutoff=_CLOSE):
        return f"no such route; did you mean {folded[close[0]]}?"
    listed = ", ".join([*known][:_MOST_LISTED])
    more = len(known) - _MOST_LISTED
    return f"no such route; there are {listed}" + (f", and {more} more" if more > 0 else "")
