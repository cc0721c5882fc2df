"""Stage and method throttles, compared with the routes and the account."""

from collections.abc import Iterator

from settings.checks.unknown_route import no_such_route
from settings.fields import EnvironmentFields
from settings.formatting import decimal
from settings.problem import Problem
from settings.secrecy import Where
from settings.throttling import DECIMALS, Throttle

# A browser opens this many connections to one host over HTTP/1.1. Each may carry a preflight and a request:
# https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Connection_management_in_HTTP_1.x, "Domain sharding".
PAGE_LOAD = 6 * 2


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """A throttle on a route that does not exist, one above the account's quota, or one that would be rounded."""
    yield from above_account(environment, ("throttling",), environment.throttling)
    yield from _rounded(("throttling",), environment.throttling)
    keys = {route.key: None for route in environment.routes}
    for key, throttle in environment.throttling.routes.items():
        where = ("throttling", "routes", key)
        if key not in keys:
            yield Problem(where, no_such_route(key, keys))
        if isinstance(throttle, Throttle):
            yield from above_account(environment, where, throttle)
            yield from _rounded(where, throttle)


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """A route above its stage; a burst that is smaller than what one browser page sends."""
    stage = environment.throttling
    for key, throttle in stage.routes.items():
        where = ("throttling", "routes", key)
        if not isinstance(throttle, Throttle):
            continue
        for field in ("rate_limit", "burst_limit"):
            own, shared = getattr(throttle, field), getattr(stage, field)
            if own > shared:
                stage_has = f"above the stage's {decimal(shared)}"
                yield Problem(
                    (*where, field), f"{stage_has}; the route's own bucket replaces the stage's and is not capped by it"
                )
    if environment.cors is not None:
        yield from _below_page_load(("throttling",), stage)
        for key, throttle in stage.routes.items():
            if isinstance(throttle, Throttle):
                yield from _below_page_load(("throttling", "routes", key), throttle)


def _rounded(where: Where, throttle: Throttle) -> Iterator[Problem]:
    written = round(throttle.rate_limit, DECIMALS)
    if written != throttle.rate_limit:
        yield Problem(
            (*where, "rate_limit"),
            f"must have at most {DECIMALS} decimals; the AWS provider would write {decimal(written)}, and every plan "
            "would show the difference again",
        )


def _below_page_load(where: Where, throttle: Throttle) -> Iterator[Problem]:
    if throttle.burst_limit < PAGE_LOAD:
        yield Problem(
            (*where, "burst_limit"),
            f"one browser page may send {PAGE_LOAD} requests at once, 6 and their preflights, and would be "
            "answered 429",
        )


def above_account(environment: EnvironmentFields, where: Where, throttle: Throttle) -> Iterator[Problem]:
    """A bucket that has no effect, because the account's is smaller."""
    account = environment.account_throttle
    region = environment.aws.region
    if throttle.rate_limit > account.rate_limit:
        yield Problem(
            (*where, "rate_limit"),
            f"above the account's quota in {region} of {decimal(account.rate_limit)} requests per second; "
            "if AWS raised it, set aws.account_rate_limit",
        )
    if throttle.burst_limit > account.burst_limit:
        yield Problem(
            (*where, "burst_limit"),
            f"above the account's quota in {region} of {account.burst_limit} requests at once; "
            "if AWS raised it, set aws.account_burst_limit",
        )
