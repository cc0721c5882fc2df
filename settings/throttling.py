"""The `[throttling]` table: the stage's token buckets, shared by all callers.

`rate_limit` is the refill in requests per second, `burst_limit` the size of the bucket in requests.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from settings.model import Settings

RateLimit = Annotated[float, Field(gt=0)]
BurstLimit = Annotated[int, Field(ge=1)]


class Throttle(Settings):
    """One token bucket."""

    rate_limit: RateLimit
    """Requests per second."""

    burst_limit: BurstLimit
    """Requests at once."""


def word_or_table(value: object) -> str:
    """The tag of a value that is one word or a whole table."""
    return "word" if isinstance(value, str) else "table"


RouteThrottle = Annotated[
    Annotated[Throttle, Tag("table")] | Annotated[Literal["unlimited", "blocked"], Tag("word")],
    Discriminator(word_or_table),
]
"""A route's own bucket; `unlimited` leaves it to the account's quota; `blocked` answers every request with 429."""


class Throttling(Throttle):
    """The stage-wide bucket (`*/*`), and routes with one of their own, by `METHOD /path`.

    AWS gives every method its own bucket of the stage-wide size; it is not one bucket for the whole stage.
    """

    routes: dict[str, RouteThrottle] = {}
