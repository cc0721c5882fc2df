"""The five limits that a caller can have, in a usage plan and in `[[token_limits]]` alike."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings

# One request of that many tokens is a million books; the function's numbers are exact up to here.
MOST = 10**9

Count = Annotated[int, Field(ge=1, le=MOST)]
LIMITS = ("requests_per_minute", "tokens_per_minute", "tokens_per_day", "usd_per_month", "concurrent_requests")


class Limits(Settings):
    """Each is a budget of its own. A request passes if all have room for it, and else costs none of them anything."""

    requests_per_minute: Count | None = None
    """As many at once, and refilled evenly."""

    tokens_per_minute: Count | None = None
    """As many at once, and refilled evenly; counted as `token_metering.count` says."""

    tokens_per_day: Count | None = None
    """From midnight to midnight UTC."""

    usd_per_month: Annotated[float, Field(ge=0.000001, le=10_000_000)] | None = None
    """A calendar month in UTC, at the prices of `[token_prices]`."""

    concurrent_requests: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Requests that run at the same time."""

    @property
    def token_limits(self) -> dict[str, float]:
        """Those that are set, by name."""
        return {name: value for name in LIMITS if (value := getattr(self, name)) is not None}
