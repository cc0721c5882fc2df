"""The names that a log gives its fields."""

import re

from review.refusal import ReviewError
from review.replay.formats.format import FIELDS as OF_A_LOG
from review.replay.formats.format import TOKEN_FIELDS
from settings.observability.access_log import FIELDS

_BETWEEN = re.compile(r",(?=\s*\w+\s*=)|,\s*$")
"""Between two of them. A name such as `datefloor(@timestamp, 1m)` has commas of its own."""

WHAT = (*OF_A_LOG, *TOKEN_FIELDS)

_FIELD_OF = {variable: field for field, variable in FIELDS.items()}

ACCESS_LOG = {
    "time": _FIELD_OF["$context.requestTimeEpoch"],
    "ip": _FIELD_OF["$context.identity.sourceIp"],
    "method": _FIELD_OF["$context.httpMethod"],
    "path": _FIELD_OF["$context.resourcePath"],
    "key": _FIELD_OF["$context.identity.apiKeyId"],
}
"""The access log of the environment's stage."""

OF_TOKENS = {
    "request": _FIELD_OF["$context.requestId"],
    "milliseconds": _FIELD_OF["$context.responseLatency"],
}
"""What of it limits in tokens need: the function's own log has the tokens, by the request's id."""


def said_columns(said: str) -> dict[str, str]:
    """Parse `time=ts,ip=client`. Raises ReviewError."""
    given = {}
    for part in filter(None, (part.strip() for part in _BETWEEN.split(said))):
        what, equals, name = (each.strip() for each in part.partition("="))
        if not equals or what not in WHAT or not name:
            raise ReviewError(f"--columns {part}: must be one of {', '.join(WHAT)}, then = and the log's own name")
        given[what] = name
    return given
