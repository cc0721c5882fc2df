"""For every route, what each layer lets through, and which one stops whom first, to print."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from review.layers.layer import OF_THE_ROUTE, Layer
from review.layers.layers import Layers, Plan, RouteLimits
from review.limits import token_limits
from review.limits.limits import Limit, bucket_limit, limits, plan_limits, route_limits
from review.limits.stops_first import StopsFirst, StopsFirstOnRoute, StopsKeyFirst, stops_first
from review.limits.token_limits import TokenBudget
from review.limits.words import at_once_words, quota_words, window_words
from review.numbers import duration, plain
from review.table import Report, Table

# What of these AWS says: docs/limits.md.
STAGE = (
    "AWS applies a stage's throttle at the method level: assumed to be a bucket of that size for every route without "
    "its own, shared by all its callers. All routes together share the account's only."
)
BEST_EFFORT = "Throttles and quotas are best effort: targets, not ceilings."
PLAN = (
    "Each API key is counted alone. Whether a plan's throttle is one bucket for a key, or one for each of its routes, "
    "AWS does not document; one, which is stricter, is assumed."
)
WINDOW = "A WAF rate rule is an estimate: AWS looks back over the window and reacts late, usually within 30 seconds."


def report(
    layers: Layers, warnings: tuple[str, ...], *, details: bool = False, budgets: tuple[TokenBudget, ...] = ()
) -> Report:
    """All of it, to print; `details` spells out every layer of every route, `budgets` are those in tokens."""
    first = stops_first(layers)
    tables = [_layer_table(layers), _caller_table(first)]
    if budgets:
        tables.append(token_limits.table(budgets))
    if details:
        tables += [_detail_table(layers, route) for route in layers.routes]
    notes = (*layers.left_out, *_notes(layers), *([token_limits.COUNTED] if budgets else []))
    return Report(
        title=f"Limits of {layers.name}",
        tables=tuple(tables),
        notes=notes,
        warnings=warnings,
        data={
            "environment": layers.name,
            "limits": [_limit_data(limit) for limit in limits(layers)],
            "stops_first": [_route_data(each) for each in first],
            **({"token_limits": token_limits.data(budgets)} if budgets else {}),
            "warnings": list(warnings),
            "notes": list(notes),
        },
    )


def _notes(layers: Layers) -> list[str]:
    notes = [BEST_EFFORT]
    if any(not route.own for route in layers.routes):
        notes.append(STAGE)
    if layers.plans:
        notes.append(PLAN)
    if layers.windows:
        notes.append(WINDOW)
    return notes


def _layer_table(layers: Layers) -> Table:
    """One column a layer, but none for a layer that there is not."""
    columns = ["route"]
    if layers.windows:
        columns.append("1 WAF")
    if layers.plans:
        columns.append("2 usage plan, for each key")
    columns.append("3 method or stage, shared")
    account = bucket_limit(layers.routes[0], Layer.ACCOUNT, "", layers.account)
    return Table(
        title="What each layer lets through, in AWS's order",
        columns=tuple(columns),
        rows=_merge_equal_rows(_layer_cells(layers, route) for route in layers.routes),
        caption=f"4 account: {_rate_words(account)}, {at_once_words(account)}; shared by {account.shared_by}.",
    )


def _merge_equal_rows(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Routes whose cells are alike share a row, where the first of them stands."""
    routes: dict[tuple[str, ...], list[str]] = {}
    for route, *cells in rows:
        routes.setdefault(tuple(cells), []).append(route)
    return tuple(("\n".join(alike), *cells) for cells, alike in routes.items())


def _layer_cells(layers: Layers, route: RouteLimits) -> tuple[str, ...]:
    found = route_limits(layers, route)
    cells = [route.key]
    if layers.windows:
        cells.append(_join_lines(_window_cell(limit) for limit in found if limit.layer == Layer.WAF))
    if layers.plans:
        plans = (_plan_cell(route, plan) for plan in layers.plans)
        cells.append(_join_lines(plans) if route.key_required else "asks for no key")
    last = next(limit for limit in found if limit.layer in OF_THE_ROUTE)
    cells.append(_bucket_words(last, last.layer))
    return tuple(cells)


def _join_lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) or "-"


def _window_cell(limit: Limit) -> str:
    return f"{limit.name}: {_rate_words(limit)}\n({window_words(limit)})"


def _plan_cell(route: RouteLimits, plan: Plan) -> str:
    own = plan_limits(route, plan)
    if not own:
        return f"{plan.name}: unknown"
    lines = []
    buckets = [limit for limit in own if limit.layer == Layer.USAGE_PLAN]
    if any(limit.blocked for limit in buckets):
        return f"{plan.name}: blocked"
    lines += [_bucket_words(limit, limit.name) for limit in buckets]
    lines += [f"{plan.name}: {quota_words(limit)}" for limit in own if limit.layer == Layer.QUOTA]
    return _join_lines(lines)


def _bucket_words(limit: Limit, name: str) -> str:
    if limit.per_second is None:
        return f"{name}: no limit of its own"
    if limit.blocked:
        return f"{name}: blocked: 429, but for about one request in eleven days"
    return f"{name}: {_rate_words(limit)}\n({at_once_words(limit)})"


def _rate_words(limit: Limit) -> str:
    return f"{plain(limit.per_second or 0)}/s, {plain(limit.per_minute or 0)}/min"


def _caller_table(first: tuple[StopsFirstOnRoute, ...]) -> Table:
    with_keys = any(each.one_key for each in first)
    columns = ("route", "one IP", *(["one API key"] if with_keys else []), "everyone together")
    return Table(
        title="What stops whom first: sending ever faster; all at once",
        columns=columns,
        rows=_merge_equal_rows(_caller_cells(each, with_keys=with_keys) for each in first),
        caption="shared: by all callers, so that one of them may use it up.",
    )


def _caller_cells(each: StopsFirstOnRoute, *, with_keys: bool) -> tuple[str, ...]:
    cells = [each.route, _stops_first_words(each.one_ip, alone=True)]
    if with_keys:
        cells.append(_join_lines(_key_words(key) for key in each.one_key))
    return (*cells, _stops_first_words(each.everyone, alone=False))


def _stops_first_words(first: StopsFirst, *, alone: bool) -> str:
    if first.steady is None or first.burst is None:
        return "nothing"
    if first.steady.blocked:
        return "blocked"
    rate, once = f"{plain(first.steady.per_second or 0)}/s", at_once_words(first.burst)
    steady, burst = (_limit_name(limit, alone=alone) for limit in (first.steady, first.burst))
    return f"{rate}, {once}: {steady}" if steady == burst else f"{rate}: {steady}\n{once}: {burst}"


def _key_words(key: StopsKeyFirst) -> str:
    words = f"{key.plan}: {_stops_first_words(key, alone=True)}"
    if key.quota is None or key.steady is None or not key.steady.per_second or key.steady.blocked:
        return words
    lasts = duration((key.quota.in_period or 0) / key.steady.per_second)
    return f"{words}\n{quota_words(key.quota)}, gone in {lasts}"


def _limit_name(limit: Limit, *, alone: bool) -> str:
    """A key's own plan needs no name; what it shares says so where one caller is looked at alone."""
    if limit.layer == Layer.USAGE_PLAN:
        return "its plan"
    name = f"{limit.layer} {limit.name}".strip()
    return f"{name}, shared" if alone and limit.shared else name


def _detail_table(layers: Layers, route: RouteLimits) -> Table:
    return Table(
        title=f"{route.key}, layer by layer",
        columns=("layer", "name", "per second", "per minute", "at once", "shared by"),
        rows=tuple(_detail_row(limit) for limit in route_limits(layers, route)),
        numbers=frozenset({"per second", "per minute", "at once"}),
    )


def _detail_row(limit: Limit) -> tuple[str, ...]:
    name = f"{limit.name}: {window_words(limit)}" if limit.layer == Layer.WAF else limit.name
    # A WAF rule limits the rate, and nothing at once.
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
