"""The five limits that a caller can have, both in a usage plan and in `[[token_limits]]`."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings

# A request of that many tokens is a million books. The function computes exactly up to this number.
MOST = 10**9

Count = Annotated[int, Field(ge=1, le=MOST)]
LIMITS = ("requests_per_minute", "tokens_per_minute", "tokens_per_day", "usd_per_month", "concurrent_requests")


class Limits(Settings):
    """Each limit is a separate budget. A request passes only if it fits into all of them. Otherwise it uses none of
    them.
    """

    requests_per_minute: Count | None = None
    """Requests in a minute. All may come at once; the budget refills evenly. A caller who was idle can therefore send
    twice as many in its first minute."""

    tokens_per_minute: Count | None = None
    """Tokens in a minute, counted as `token_metering.count` specifies. All may come at once; the budget refills evenly.
    A caller who was idle can therefore use twice as many in its first minute.
    """

    tokens_per_day: Count | None = None
    """Tokens in a day, from midnight to midnight UTC."""

    usd_per_month: Annotated[float, Field(ge=0.000001, le=10_000_000)] | None = None
    """US dollars in a calendar month (UTC), at the prices of `[token_prices]`."""

    concurrent_requests: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Requests that run at the same time."""

    @property
    def token_limits(self) -> dict[str, float]:
        """The limits that are set, by name."""
        return {name: value for name in LIMITS if (value := getattr(self, name)) is not None}
