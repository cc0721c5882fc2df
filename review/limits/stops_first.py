"""Which limit of a route stops which caller first."""

from collections.abc import Iterable
from dataclasses import dataclass

from review.layers.layer import Layer
from review.layers.layers import Layers, Plan, RouteLimits
from review.limits.limits import Limit, plan_limits, route_limits

# What identifies one client by its address, or by its API key. A method and a path belong to the route and are the same
# for all callers. A header that a caller can change makes it another client each time.
_KEYS_OF_ONE_IP = frozenset({"ip", "forwarded_ip", "asn", "method", "path"})
_KEYS_OF_ONE_ROUTE = frozenset({"method", "path"})


@dataclass(frozen=True, kw_only=True, slots=True)
class StopsFirst:
    """The limit that stops a caller first: at a rising rate, and in a burst. None if there is no limit."""

    steady: Limit | None
    burst: Limit | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StopsKeyFirst(StopsFirst):
    """The same for one API key of a plan."""

    plan: str
    quota: Limit | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StopsFirstOnRoute:
    """Which limit of a route stops which caller first."""

    route: str
    one_ip: StopsFirst
    """A caller with one IP address and any keys."""

    one_key: tuple[StopsKeyFirst, ...]
    """One for each usage plan, since a key belongs to one of them. Empty if the route does not require a key."""

    everyone: StopsFirst
    """All callers together, with any number of addresses and keys."""


def stops_first(layers: Layers) -> tuple[StopsFirstOnRoute, ...]:
    """Which limit stops which caller first, route by route. A rule that only counts does not stop a caller."""
    return tuple(_find_first_on_route(layers, route) for route in layers.routes)


def _find_first_on_route(layers: Layers, route: RouteLimits) -> StopsFirstOnRoute:
    stopping = [limit for limit in route_limits(layers, route) if limit.blocks and limit.per_second is not None]
    windows = [limit for limit in stopping if limit.layer == Layer.WAF]
    shared = [limit for limit in stopping if limit.shared]
    of_address = [limit for limit in windows if limit.key and set(limit.key) <= _KEYS_OF_ONE_IP]
    of_one_key = _KEYS_OF_ONE_ROUTE | {f"header:{name}" for name in layers.key_headers}
    of_key = [limit for limit in windows if limit.key and set(limit.key) <= of_one_key]
    plans = layers.plans if route.key_required else ()
    return StopsFirstOnRoute(
        route=route.key,
        one_ip=_find_first([*of_address, *shared]),
        one_key=tuple(_find_first_for_key(route, plan, [*of_key, *shared]) for plan in plans),
        everyone=_find_first(shared),
    )


def _find_first(candidates: Iterable[Limit]) -> StopsFirst:
    """Of two equal limits, the one that AWS evaluates first."""
    ordered = list(candidates)
    at_once = [(limit.at_once, limit) for limit in ordered if limit.at_once is not None]
    return StopsFirst(
        steady=min(ordered, key=lambda limit: limit.per_second or 0, default=None),
        burst=min(at_once, key=lambda each: each[0], default=(0, None))[1],
    )


def _find_first_for_key(route: RouteLimits, plan: Plan, others: list[Limit]) -> StopsKeyFirst:
    own = plan_limits(route, plan)
    quotas = [limit for limit in own if limit.layer == Layer.QUOTA]
    first = _find_first([*(limit for limit in own if limit.layer != Layer.QUOTA), *others])
    return StopsKeyFirst(plan=plan.name, steady=first.steady, burst=first.burst, quota=quotas[0] if quotas else None)
