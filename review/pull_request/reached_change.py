"""Which limit callers reach first, if it is a different one than before."""

from dataclasses import dataclass

from review.diff.difference import Difference
from review.layers.from_settings import layers_of
from review.limits.reached_first import ReachedFirst, reached_first
from review.limits.stops_first import stops_first
from settings.environment import Environment


@dataclass(frozen=True, kw_only=True, slots=True)
class ReachedChange:
    """One kind of caller of some routes. None: such a caller does not exist."""

    routes: tuple[str, ...]
    caller: str
    before: ReachedFirst | None
    after: ReachedFirst | None


def reached_changes(before: Environment, after: Environment, found: Difference) -> tuple[ReachedChange, ...]:
    """The changes for routes that both have, including renamed ones. Routes with the same change are together."""
    old, new = _by_route(before), _by_route(after)
    pairs = [*((route, route) for route in found.kept), *found.renamed]
    together: dict[tuple[str, ReachedFirst | None, ReachedFirst | None], list[str]] = {}
    for was, is_now in pairs:
        first, then = old[was], new[is_now]
        for caller in dict.fromkeys((*then, *first)):
            if first.get(caller) != then.get(caller):
                together.setdefault((caller, first.get(caller), then.get(caller)), []).append(is_now)
    return tuple(
        ReachedChange(routes=tuple(routes), caller=caller, before=was, after=is_now)
        for (caller, was, is_now), routes in together.items()
    )


def _by_route(environment: Environment) -> dict[str, dict[str, ReachedFirst]]:
    return {
        each.route: {first.caller: first for first in reached_first(each)}
        for each in stops_first(layers_of(environment))
    }
