"""For every route, what each layer allows and which limit is reached first, as a report."""

from dataclasses import asdict
from typing import Any

from review.layers.layer import Layer
from review.layers.layers import Layers, RouteLimits
from review.limits import reached_first, token_limits
from review.limits.limits import Limit, limits, route_limits
from review.limits.stops_first import StopsFirst, StopsFirstOnRoute, stops_first
from review.limits.tables import limit_tables
from review.limits.token_limits import TokenBudget
from review.limits.words import window_words
from review.numbers import plain
from review.table import Report, Table

# What AWS documents about these: docs/limits.md.
STAGE = (
    "AWS applies a stage's throttle at the method level: assumed to be a bucket of that size for every route without "
    "its own, shared by all its callers. All routes together share only the account's bucket."
)
BEST_EFFORT = "Throttles and quotas are best effort: targets, not ceilings."
PLAN = (
    "Each API key is counted separately. AWS does not document whether a plan's throttle is one bucket for a key, "
    "or one for each of its routes. Spillway assumes one, which is stricter."
)
WINDOW = "A WAF rate rule is an estimate: AWS looks back over the window and reacts late, usually within 30 seconds."


def report(
    layers: Layers, warnings: tuple[str, ...], *, details: bool = False, budgets: tuple[TokenBudget, ...] = ()
) -> Report:
    """The whole report. `details` lists every layer of every route. `budgets` are the limits in tokens."""
    first = stops_first(layers)
    tables = [*limit_tables(layers)]
    if budgets:
        tables.append(token_limits.table(budgets))
    tables.append(reached_first.table(first))
    if details:
        tables += [_detail_table(layers, route) for route in layers.routes]
    assumptions = (*assumed(layers), *([token_limits.COUNTED] if budgets else []))
    return Report(
        title=f"Limits of {layers.name}",
        tables=tuple(tables),
        notes=layers.left_out,
        assumptions=assumptions,
        warnings=warnings,
        data={
            "environment": layers.name,
            "limits": [_limit_data(limit) for limit in limits(layers)],
            "stops_first": [_route_data(each) for each in first],
            **({"token_limits": token_limits.data(budgets)} if budgets else {}),
            "warnings": list(warnings),
            "notes": [*layers.left_out, *assumptions],
        },
    )


def assumed(layers: Layers) -> list[str]:
    """What is assumed for limits like these, whatever their numbers are."""
    notes = [BEST_EFFORT]
    if any(not route.own for route in layers.routes):
        notes.append(STAGE)
    if layers.plans:
        notes.append(PLAN)
    if layers.windows:
        notes.append(WINDOW)
    return notes


def _detail_table(layers: Layers, route: RouteLimits) -> Table:
    return Table(
        title=f"{route.key}, layer by layer",
        columns=("layer", "name", "per second", "per minute", "at once", "shared by"),
        rows=tuple(_detail_row(limit) for limit in route_limits(layers, route)),
        numbers=frozenset({"per second", "per minute", "at once"}),
    )


def _detail_row(limit: Limit) -> tuple[str, ...]:
    name = f"{limit.name}: {window_words(limit)}" if limit.layer == Layer.WAF else limit.name
    # A WAF rule limits the rate, but not how many requests come at once.
    none = "no limit" if limit.per_second is None else "-"
    words = [none if value is None else plain(value) for value in _numbers(limit)]
    return (limit.layer, name, *words, limit.shared_by)


def _numbers(limit: Limit) -> tuple[float | None, ...]:
    return (limit.per_second, limit.per_minute, limit.at_once)


def _limit_data(limit: Limit) -> dict[str, Any]:
    return asdict(limit) | {"per_minute": limit.per_minute}


def _route_data(each: StopsFirstOnRoute) -> dict[str, Any]:
    return {
        "route": each.route,
        "one_ip": _stops_first_data(each.one_ip),
        "one_key": {
            key.plan: _stops_first_data(key) | {"quota": None if key.quota is None else _limit_data(key.quota)}
            for key in each.one_key
        },
        "everyone": _stops_first_data(each.everyone),
    }


def _stops_first_data(first: StopsFirst) -> dict[str, Any]:
    return {
        "steady": None if first.steady is None else _limit_data(first.steady),
        "burst": None if first.burst is None else _limit_data(first.burst),
    }
