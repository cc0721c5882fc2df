"""Stage and method throttles against the routes and the account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from settings.problem import Problem, Where
from settings.throttling import Throttle

if TYPE_CHECKING:
    from settings.environment import Environment


def refused(environment: Environment) -> Iterator[Problem]:
    """A throttle on a route that does not exist; one that the account's own quota makes meaningless."""
    yield from _above_account(environment, ("throttling",), environment.throttling)
    keys = [route.key for route in environment.routes]
    for key, throttle in environment.throttling.routes.items():
        where = ("throttling", "routes", key)
        if key not in keys:
            yield Problem(where=where, got=key, allowed=f"no such route; there are {', '.join(keys)}")
        if isinstance(throttle, Throttle):
            yield from _above_account(environment, where, throttle)


def _above_account(environment: Environment, where: Where, throttle: Throttle) -> Iterator[Problem]:
    account = environment.account_throttle
    region = environment.aws.region
    if throttle.rate_limit > account.rate_limit:
        allowed = (
            f"above the account's quota in {region} of {account.rate_limit:g} requests per second; "
            "where AWS raised it, say so in aws.account_rate_limit"
        )
        yield Problem(where=(*where, "rate_limit"), got=throttle.rate_limit, allowed=allowed)
    if throttle.burst_limit > account.burst_limit:
        allowed = (
            f"above the account's quota in {region} of {account.burst_limit} requests at once; "
            "where AWS raised it, say so in aws.account_burst_limit"
        )
        yield Problem(where=(*where, "burst_limit"), got=throttle.burst_limit, allowed=allowed)
