"""The tables of a comparison: the limits, the routes, what a deploy does, the other settings."""

from review.diff.difference import Difference, LimitChange, SettingChange
from review.diff.replacement import Change, notable_changes
from review.diff.token_limits import TokenLimitChange, held_words
from review.layers.from_settings import layers_of
from review.layers.layer import OF_THE_ROUTE
from review.limits.limits import Limit, limits
from review.limits.words import words
from review.table import Table
from settings.environment import Environment
from settings.problem import value_text

FLAG = "!!"
FLAGGED = "changes by more than half, appears, goes, or stops others than before"

_LONGEST_CELL = 60
_FEW = 2
"""Routes are named by those that are left out if they are this many times more."""


def limits_table(found: Difference, names: tuple[str, str]) -> Table:
    rows = tuple(_limit_row(change, found.kept) for change in sorted(found.limits, key=_is_calm))
    flagged = sum(change.flagged for change in found.limits)
    return Table(
        title="Limits that change",
        columns=("route", "limit", *names, "change"),
        rows=rows,
        caption=_flagged_words(flagged, len(rows)),
    )


def _is_calm(change: LimitChange | TokenLimitChange) -> bool:
    """For an order in which what is flagged comes first."""
    return not change.flagged


def _flagged_words(flagged: int, of: int) -> str:
    return f"{FLAG} {FLAGGED}: {flagged} of {of}." if flagged else "None changes by more than half."


def token_limits_table(found: Difference, names: tuple[str, str]) -> Table:
    rows = tuple(
        (
            routes_words(change.routes, found.kept),
            f"{change.name} {change.limit}",
            held_words(change.before),
            held_words(change.after),
            f"{FLAG} " * change.flagged + change.words,
        )
        for change in sorted(found.token_limits, key=_is_calm)
    )
    return Table(
        title="Limits in tokens, money and concurrent requests that change",
        columns=("route", "limit", *names, "change"),
        rows=rows,
        caption=_flagged_words(sum(change.flagged for change in found.token_limits), len(rows)),
    )


def routes_words(routes: tuple[str, ...], kept: tuple[str, ...]) -> str:
    """`every route (3)`, or every route except those on the lines below, or each on a line of its own."""
    left_out = [route for route in kept if route not in routes]
    if len(kept) > 1 and not left_out:
        return f"every route ({len(kept)})"
    if left_out and set(routes) <= set(kept) and len(left_out) * _FEW < len(routes):
        return "\n".join(["every route except", *left_out])
    return "\n".join(routes)


def _limit_row(change: LimitChange, kept: tuple[str, ...]) -> tuple[str, ...]:
    cells = (limit_words(change.before), limit_words(change.after))
    if change.layer is not None:
        cells = (_short_words(change.before), _short_words(change.after))
    name = change.name if change.layer is None else f"{change.layer} {change.slot[1]}".strip()
    growth = f"{FLAG} " * change.flagged + growth_words(change)
    return (routes_words(change.routes, kept), name, *cells, growth)


def _short_words(limit: Limit | None) -> str:
    return "-" if limit is None else words(limit)


def limit_words(limit: Limit | None) -> str:
    """With the layer, if it is one of the two that a route may have."""
    if limit is None:
        return "-"
    return f"{limit.layer}: {words(limit)}" if limit.layer in OF_THE_ROUTE else words(limit)


def growth_words(change: LimitChange) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        return "new" if before is None else "gone"
    in_words = {
        "stops now" if after.blocks else "only counts now": before.blocks != after.blocks,
        "counts by something else": before.key != after.key,
        "no limit now": after.per_second is None,
        "blocked now": after.blocked,
        "limited now": before.per_second is None,
        "open now": before.blocked,
    }
    parts = {"rate": change.rate, "at once" if after.in_period is None else "in the period": change.at_once}
    numbers = ", ".join(f"{name} {percent(growth)}" for name, growth in parts.items() if growth)
    same = percent(change.rate) if change.rate == change.at_once else numbers
    return next((words_now for words_now, holds in in_words.items() if holds), same)


def percent(growth: float | None) -> str:
    return f"{100 * (growth or 0):+.0f}%"


def routes_table(found: Difference, before: Environment, after: Environment) -> Table:
    """A renamed route has one row."""
    old, new = {was for was, _ in found.renamed}, {is_now for _, is_now in found.renamed}
    rows = [
        *((f"{was}\n-> {is_now}", "renamed", _throttle_words(after, is_now)) for was, is_now in found.renamed),
        *((route, "added", _throttle_words(after, route)) for route in found.added if route not in new),
        *((route, "removed", _throttle_words(before, route)) for route in found.removed if route not in old),
    ]
    return Table(title="Routes that come and go", columns=("route", "step", "its throttle"), rows=tuple(rows))


def _throttle_words(environment: Environment, route: str) -> str:
    of_route = (limit for limit in limits(layers_of(environment)) if limit.route == route)
    return next(limit_words(limit) for limit in of_route if limit.layer in OF_THE_ROUTE)


def steps_table(steps: tuple[Change, ...]) -> Table:
    return Table(
        title="What a deploy replaces, destroys and creates",
        columns=("step", "resource", "why, and what it means"),
        rows=tuple((step.step, step.address, meaning_of(step)) for step in notable_changes(steps)),
        caption="Everything else changes in place, or comes and goes with these.",
    )


def meaning_of(step: Change) -> str:
    """Why a resource takes its step, and what callers notice of it."""
    return f"{FLAG} " * step.flagged + ": ".join(part for part in (", ".join(step.because), step.meaning) if part)


def settings_table(settings: tuple[SettingChange, ...], names: tuple[str, str]) -> Table:
    return Table(
        title="Other settings that change",
        columns=("field", *names),
        rows=tuple((change.field, *_cells(change.before, change.after)) for change in settings),
    )


def _cells(before: object, after: object) -> tuple[str, str]:
    """Of lists that are too long for a cell, what only one of them has: the rest would hide it."""
    cells = (_cell(before), _cell(after))
    if not (isinstance(before, list) and isinstance(after, list)) or not any(cell.endswith("...") for cell in cells):
        return cells
    lost = [each for each in before if each not in after]
    got = [each for each in after if each not in before]
    if not (lost or got):
        return cells
    return _only(lost), _only(got)


def _only(items: list[object]) -> str:
    return f"only {_cell(items)}" if items else "no other"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    text = value if isinstance(value, str) else value_text(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 3]}..."
