"""The tables of an environment's limits: WAF's rules, usage plans, throttles, in AWS's order."""

from collections.abc import Iterable, Iterator

from review.layers.layer import OF_THE_ROUTE, Layer
from review.layers.layers import Layers, Plan, RateWindow, RouteLimits
from review.limits.limits import Limit, bucket_limit, limits, plan_limits, route_limits
from review.limits.words import at_once_words, quota_words
from review.numbers import duration, plain
from review.table import Table

_EVERY_ROUTE = "every route"
_ANY_ROUTE = RouteLimits(key="", bucket=None, own=False, key_required=True)
"""For what a plan limits on all of its routes."""


def limit_tables(layers: Layers) -> tuple[Table, ...]:
    """One for each kind of limit that the environment has, in the order in which AWS applies them."""
    return (
        *([_waf_table(layers)] if layers.windows else []),
        *([_plan_table(layers)] if any(plan.bucket or plan.quota or plan.routes for plan in layers.plans) else []),
        _throttle_table(layers),
    )


def _waf_table(layers: Layers) -> Table:
    """A row for each rule."""
    found = {limit.name: limit for limit in limits(layers) if limit.layer == Layer.WAF}
    return Table(
        title="WAF rate rules",
        columns=("rule", "allows", "a second", "counted by", "routes"),
        # A rule that covers no route limits nothing.
        rows=tuple(_waf_row(layers, window, found[window.name]) for window in layers.windows if window.name in found),
        numbers=frozenset({"a second"}),
        paths=frozenset({"routes"}),
    )


def _waf_row(layers: Layers, window: RateWindow, limit: Limit) -> tuple[str, ...]:
    return (
        limit.name,
        f"{limit.in_period:,} in {limit.period_sec} s",
        plain(limit.per_second or 0),
        limit.shared_by + ("" if limit.blocks else "\n(counts only, blocks nobody)"),
        _covered_words(layers, window),
    )


def _covered_words(layers: Layers, window: RateWindow) -> str:
    routes = [route.key for route in layers.routes]
    covered = [route for route in routes if window.covers(route)]
    left_out = [route for route in routes if route not in covered]
    if not left_out:
        return _EVERY_ROUTE
    return "\n".join([f"{_EVERY_ROUTE} except", *left_out] if len(left_out) < len(covered) else covered)


def _plan_table(layers: Layers) -> Table:
    """A row for each plan, and one for each route for which it has a throttle of its own."""
    rows = [row for plan in layers.plans for row in _plan_rows(layers, plan)]
    columns = ["usage plan", "routes", "a second", "at once", "quota", "lasts"]
    if not any(row[4] != "-" for row in rows):
        columns = columns[:4]
    if all(row[1] == _EVERY_ROUTE for row in rows):
        columns.remove("routes")
        rows = [(row[0], *row[2:]) for row in rows]
    free = [route.key for route in layers.routes if not route.key_required]
    sentences = ["Each key has these limits for itself."]
    if "lasts" in columns:
        sentences.append("lasts: the quota of a key that sends at its plan's rate.")
    if free:
        sentences.append(f"Without a key: {', '.join(free)}.")
    return Table(
        title="Usage plans, for each API key",
        columns=tuple(columns),
        rows=tuple(row[: len(columns)] for row in rows),
        numbers=frozenset({"a second", "at once"}),
        paths=frozenset({"routes"}),
        grouped=True,
        caption=" ".join(sentences),
    )


def _plan_rows(layers: Layers, plan: Plan) -> Iterator[tuple[str, ...]]:
    quota, lasts = "-", "-"
    if plan.quota is not None:
        quota = quota_words(next(each for each in plan_limits(_ANY_ROUTE, plan) if each.layer == Layer.QUOTA))
        rate = plan.bucket.rate_limit if plan.bucket else None
        lasts = duration(plan.quota.limit / rate) if rate else "-"
    rates = ("-", "-")
    if plan.bucket is not None:
        rates = _rate_and_burst(bucket_limit(_ANY_ROUTE, Layer.USAGE_PLAN, plan.name, plan.bucket))
    yield (plan.name, _EVERY_ROUTE, *rates, quota, lasts)
    for route in layers.routes:
        if own := plan.bucket_of(route.key):
            limit = bucket_limit(route, Layer.USAGE_PLAN, plan.name, own)
            yield ("", route.key, *_rate_and_burst(limit), "-", "-")


def _throttle_table(layers: Layers) -> Table:
    """Routes with the same throttle share a row."""
    account = bucket_limit(layers.routes[0], Layer.ACCOUNT, "", layers.account)
    return Table(
        title="Throttles, each shared by all callers of a route",
        columns=("route", "throttle", "a second", "a minute", "at once"),
        rows=merge_equal_rows(_throttle_row(layers, route) for route in layers.routes),
        numbers=frozenset({"a second", "a minute", "at once"}),
        caption=f"The account's throttle holds for {account.shared_by} together: {plain(account.per_second or 0)} a "
        f"second, {at_once_words(account)}.",
    )


def _throttle_row(layers: Layers, route: RouteLimits) -> tuple[str, ...]:
    last = next(limit for limit in route_limits(layers, route) if limit.layer in OF_THE_ROUTE)
    return (route.key, last.layer, *_rates(last))


def _rate_and_burst(limit: Limit) -> tuple[str, str]:
    a_second, _, at_once = _rates(limit)
    return (a_second, at_once)


def _rates(limit: Limit) -> tuple[str, str, str]:
    if limit.per_second is None:
        return ("unlimited", "-", "-")
    if limit.blocked:
        return ("blocked", "-", "-")
    return (plain(limit.per_second), plain(limit.per_minute or 0), f"{limit.at_once:,}")


def merge_equal_rows(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Routes whose cells are alike share a row, where the first of them stands."""
    routes: dict[tuple[str, ...], list[str]] = {}
    for route, *cells in rows:
        routes.setdefault(tuple(cells), []).append(route)
    return tuple(("\n".join(alike), *cells) for cells, alike in routes.items())
