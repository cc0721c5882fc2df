"""The `[throttling]` table: the stage's token buckets, shared by all callers.

`rate_limit` is the refill in requests per second, `burst_limit` the size of the bucket in requests.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from settings.base import LARGEST_INTEGER, Settings

# The AWS provider writes the rate of a stage and a method with "%f", which is six decimals: 0.0000001 becomes 0, and
# 0.0166667 becomes 0.016667, which every later plan would change back. It writes the rate of a usage plan in full. A
# plan has the same lowest rate, so that nothing is lower than blocked. github.com/hashicorp/terraform-provider-aws,
# internal/service/apigateway, method_settings.go and usage_plan.go, read 2026-11; seen by deploying both to an
# emulator.
DECIMALS = 6
LOWEST_RATE = 10**-DECIMALS

RateLimit = Annotated[float, Field(ge=LOWEST_RATE, le=LARGEST_INTEGER)]
BurstLimit = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]


class Throttle(Settings):
    """One token bucket."""

    rate_limit: RateLimit
    """The refill of the bucket, in requests per second. In `throttling` it has at most six decimals."""

    burst_limit: BurstLimit
    """The size of the bucket, in requests."""


# What `blocked` becomes: one token in eleven days. 0 is not possible. The AWS provider does not send 0 when it creates
# a resource, because it sends what differs from 0 and AWS's Go SDK omits 0. A new route would be open until the next
# deploy. The same files of the provider; seen with tests/deploy/test_rate_limit_response.py.
BLOCKED = Throttle(rate_limit=LOWEST_RATE, burst_limit=1)


def word_or_table(value: object) -> str:
    """The tag of a value that is either one word or a table."""
    return "word" if isinstance(value, str) else "table"


RouteThrottle = Annotated[
    Annotated[Throttle, Tag("table")] | Annotated[Literal["unlimited", "blocked"], Tag("word")],
    Discriminator(word_or_table),
]
"""The route's own bucket. `unlimited` leaves only the account's quota. `blocked` answers every request with 429, except
for about one every eleven days (see BLOCKED)."""


class Throttling(Throttle):
    """The stage-wide throttle (`*/*`), and routes with their own throttle, by `METHOD /path`.

    AWS applies the stage-wide throttle to each method: docs/limits.md.
    """

    routes: dict[str, RouteThrottle] = {}

    def throttle_of(self, route: str) -> RouteThrottle:
        """What applies to that route, such as `POST /v1/chat`: its own bucket, or the stage's."""
        return self.routes.get(route, self)
