"""What a pull request changes, in one line."""

from collections.abc import Iterator

from review.diff.difference import LimitChange
from review.diff.replacement import Change, notable_changes
from review.diff.tables import growth_words, percent
from review.diff.token_limits import TokenLimitChange
from review.layers.layer import Layer
from review.limits.limits import Limit
from review.limits.token_limits import UNITS
from review.limits.words import quota_words
from review.numbers import plain
from review.pull_request.cost_change import CostChange
from review.pull_request.reviewed import Comparison, Reviewed, State

_OF_ROUTE = " on this route"
"""Marks a plan's throttle for one route."""

_MOST = 3
"""The most changes of one environment that are listed. The others are counted."""


def headline(reviewed: tuple[Reviewed, ...]) -> str:
    """`prod: rate of POST /chat 20 → 200 a second (+900%), monthly cost unchanged; dev, local: nothing changes`."""
    parts = [f"{each.name}: {_words(each)}" for each in in_order(reviewed)]
    if same := [each.name for each in reviewed if each.state == State.UNCHANGED]:
        parts.append(f"{', '.join(same)}: nothing changes")
    return "; ".join(parts) or "No environments"


def in_order(reviewed: tuple[Reviewed, ...]) -> list[Reviewed]:
    """The environments that change: first those that cannot be deployed, then those with flagged changes."""
    changed = [each for each in reviewed if each.state != State.UNCHANGED]
    return sorted(changed, key=lambda each: (each.state != State.REFUSED, not each.is_flagged))


def _words(reviewed: Reviewed) -> str:
    match reviewed.state:
        case State.GONE:
            return "file removed"
        case State.REFUSED:
            return "file refused"
        case State.NEW:
            return f"new, {_cost_words(reviewed.cost)}"
        case State.REPAIRED:
            return "file was refused before"
        case State.CHANGED | State.UNCHANGED:
            changes = list(_changes(reviewed.comparison)) if reviewed.comparison else []
            more = [f"{len(changes) - _MOST} more"] if len(changes) > _MOST else []
            return ", ".join([*changes[:_MOST], *more, _cost_words(reviewed.cost)])


def _cost_words(cost: CostChange | None) -> str:
    if cost is None or not cost.difference:
        return "monthly cost unchanged"
    return f"monthly cost {dollars_more(cost.difference)}"


def dollars_more(dollars: float) -> str:
    """`+$1.20`, `-$1.20`."""
    return f"{'-' if dollars < 0 else '+'}${abs(dollars):,.2f}"


def _changes(comparison: Comparison) -> Iterator[str]:
    """The changes, beginning with those that callers notice most."""
    found = comparison.found
    limits: list[LimitChange | TokenLimitChange] = [*found.limits, *found.token_limits]
    for change in sorted(limits, key=lambda each: not each.flagged):
        yield _limit_change(change, found.kept) if isinstance(change, LimitChange) else _token_change(change)
    yield from (f"{was} renamed to {is_now}" for was, is_now in found.renamed)
    old, new = {was for was, _ in found.renamed}, {is_now for _, is_now in found.renamed}
    yield from (f"{route} removed" for route in found.removed if route not in old)
    yield from (f"{route} added" for route in found.added if route not in new)
    yield from (f"{step.address} replaced" for step in notable_changes(comparison.steps) if _is_noticed(step))
    if found.settings:
        named = "" if limits or found.added or found.removed else found.settings[0].field
        others = len(found.settings) - bool(named)
        counted = f"{others} other setting{'s' * (others > 1)}" if others else ""
        yield f"{' and '.join(filter(None, (named, counted)))} changed"
    if not (limits or found.added or found.removed or found.settings):
        yield "only warnings"


def _is_noticed(change: Change) -> bool:
    # Every change of a route replaces a deployment, and callers do not notice it.
    return change.step == "replaced" and not change.address.startswith("aws_api_gateway_deployment.")


def _limit_change(change: LimitChange, kept: tuple[str, ...]) -> str:
    before, after = change.before, change.after
    of = _whose(change, kept)
    growth = growth_words(change)
    if before is None or after is None or not growth.endswith("%"):
        return f"{of}: {growth}"
    if before.in_period is not None:
        return f"{of} {_period_words(before, after)} ({growth})"
    parts = [
        f"{name} {plain(was or 0)} → {plain(is_now or 0)} {unit} ({percent(more)})"
        for name, was, is_now, unit, more in (
            ("rate", before.per_second, after.per_second, "a second", change.rate),
            ("burst", before.at_once, after.at_once, "at once", change.at_once),
        )
        if more
    ]
    first = parts[0].partition(" ")
    return ", ".join([f"{first[0]} of {of} {first[2]}", *parts[1:]])


def _whose(change: LimitChange, kept: tuple[str, ...]) -> str:
    layer, name = change.slot
    match layer:
        case Layer.USAGE_PLAN:
            return f"plan {name.replace(_OF_ROUTE, f' on {_routes(change.routes, kept)}')}"
        case Layer.QUOTA:
            return f"quota of plan {name}"
        case Layer.ACCOUNT:
            return "the account"
        case Layer.WAF:
            return f"WAF {name}"
        case _:
            return _routes(change.routes, kept)


def _routes(routes: tuple[str, ...], kept: tuple[str, ...]) -> str:
    if len(kept) > 1 and routes == kept:
        return "every route"
    return routes[0] if len(routes) == 1 else f"{routes[0]} and {len(routes) - 1} more"


def _period_words(before: Limit, after: Limit) -> str:
    was, is_now = (
        quota_words(limit) if limit.layer == Layer.QUOTA else f"{limit.in_period:,} in {limit.period_sec} s"
        for limit in (before, after)
    )
    return f"{before.in_period:,} → {is_now}" if before.period_sec == after.period_sec else f"{was} → {is_now}"


def _token_change(change: TokenLimitChange) -> str:
    name = UNITS[change.limit]
    if change.before is None or change.after is None or not change.words.endswith("%"):
        return f"{name} of {change.name}: {change.words}"
    return f"{change.name} {plain(change.before.value)} → {plain(change.after.value)} {name} ({change.words})"
