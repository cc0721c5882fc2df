"""Two environments side by side, and what a deploy of the one over the other does."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from review.diff.difference import Difference, LimitChange, SettingChange, difference
from review.diff.replacement import Change, changes, notable_changes
from review.diff.token_limits import TokenLimitChange, held_words
from review.layers.from_settings import layers_of
from review.layers.layer import OF_THE_ROUTE, Layer
from review.limits.limits import Limit, limits
from review.limits.words import words
from review.table import Report, Table
from settings.environment import Environment
from settings.problem import value_text

FLAG = "!!"
FLAGGED = "changes by more than half, appears, goes, or stops others than before"

_LONGEST_CELL = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One environment, and what it is called beside the other."""

    name: str
    environment: Environment


def new_environment(side: Side, base: str) -> Report:
    """For one that the base does not have."""
    note = f"{side.environment.name} is new: {base} has no such file, and a deploy creates everything."
    return _report_one_side(side, base, (note,))


def refused_base(side: Side, base: str, refused: tuple[str, ...]) -> Report:
    """For one whose file at the base is refused: what repairs it must still pass a review."""
    note = f"Nothing is compared: the file of {base} is refused, and what a deploy changes is in its plan only."
    return _report_one_side(side, base, (note, *refused), refused)


def _report_one_side(side: Side, base: str, notes: tuple[str, ...], refused: tuple[str, ...] = ()) -> Report:
    routes = [route.key for route in side.environment.routes]
    warnings = tuple(str(warning) for warning in side.environment.warnings())
    table = Table(title="Routes", columns=("route",), rows=tuple((route,) for route in routes))
    return Report(
        title=f"{side.environment.name}: {base} and {side.name}",
        tables=(table,),
        notes=notes,
        warnings=warnings,
        data=_common_data(side.environment.name, base, side.name, new=not refused)
        | {
            "refused": list(refused),
            "routes": {"added": [] if refused else routes, "removed": []},
            "warnings": {"new": list(warnings), "gone": []},
            "notes": list(notes),
        },
    )


def flagged_limits(found: Difference) -> tuple[LimitChange | TokenLimitChange, ...]:
    """The changes that somebody should look at twice."""
    in_requests = (change for change in found.limits if change.flagged)
    return (*in_requests, *(change for change in found.token_limits if change.flagged))


def report(before: Side, after: Side) -> Report:
    """All of it, to print."""
    found = difference(before.environment, after.environment)
    steps = changes(before.environment, after.environment)
    notes = tuple(_list_notes(before, after, found, steps))
    old, new = ([str(warning) for warning in side.environment.warnings()] for side in (before, after))
    appeared = tuple(warning for warning in new if warning not in old)
    names = (before.name, after.name)
    tables = (
        *([_limits_table(found, names)] if found.limits else []),
        *([_token_limits_table(found, names)] if found.token_limits else []),
        *([_routes_table(found, before, after)] if found.added or found.removed else []),
        *([_steps_table(steps)] if steps else []),
        *([_settings_table(found.settings, names)] if found.settings else []),
    )
    return Report(
        title=f"{after.environment.name}: {before.name} and {after.name}",
        tables=tables,
        notes=notes,
        warnings=appeared,
        data=_common_data(after.environment.name, *names, new=False)
        | {
            "limits": [_limit_data(change) for change in found.limits],
            "token_limits": [_token_limit_data(change) for change in found.token_limits],
            "flagged": len(flagged_limits(found)) + sum(step.flagged for step in notable_changes(steps)),
            "routes": {"added": list(found.added), "removed": list(found.removed)},
            "deploy": [asdict(step) | {"second_deployment": step.needs_second_deployment} for step in steps],
            "settings": [asdict(change) for change in found.settings],
            "warnings": {"new": list(appeared), "gone": [warning for warning in old if warning not in new]},
            "notes": list(notes),
        },
    )


def _common_data(environment: str, before: str, after: str, *, new: bool) -> dict[str, Any]:
    return {
        "environment": environment,
        "before": before,
        "after": after,
        "new": new,
        "refused": [],
        "limits": [],
        "token_limits": [],
        "flagged": 0,
        "deploy": [],
        "settings": [],
    }


def _limits_table(found: Difference, names: tuple[str, str]) -> Table:
    rows = tuple(_limit_row(change, found.kept) for change in found.limits)
    flagged = sum(change.flagged for change in found.limits)
    return Table(
        title="Limits that change",
        columns=("route", "limit", *names, "change"),
        rows=rows,
        caption=_flagged_words(flagged, len(rows)),
    )


def _flagged_words(flagged: int, of: int) -> str:
    return f"{FLAG} {FLAGGED}: {flagged} of {of}." if flagged else "None changes by more than half."


def _token_limits_table(found: Difference, names: tuple[str, str]) -> Table:
    rows = tuple(
        (
            _routes_words(change.routes, found.kept),
            f"{change.name} {change.limit}",
            held_words(change.before),
            held_words(change.after),
            f"{FLAG} " * change.flagged + change.words,
        )
        for change in found.token_limits
    )
    return Table(
        title="Limits in tokens, money and concurrent requests that change",
        columns=("route", "limit", *names, "change"),
        rows=rows,
        caption=_flagged_words(sum(change.flagged for change in found.token_limits), len(rows)),
    )


def _routes_words(routes: tuple[str, ...], kept: tuple[str, ...]) -> str:
    return f"every route ({len(kept)})" if len(kept) > 1 and routes == kept else "\n".join(routes)


def _limit_row(change: LimitChange, kept: tuple[str, ...]) -> tuple[str, ...]:
    growth = f"{FLAG} " * change.flagged + _growth_words(change)
    return (
        _routes_words(change.routes, kept),
        change.name,
        _limit_words(change.before),
        _limit_words(change.after),
        growth,
    )


def _limit_words(limit: Limit | None) -> str:
    if limit is None:
        return "-"
    return f"{limit.layer}: {words(limit)}" if limit.layer in OF_THE_ROUTE else words(limit)


def _growth_words(change: LimitChange) -> str:
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
    numbers = ", ".join(f"{name} {_percent(growth)}" for name, growth in parts.items() if growth)
    same = _percent(change.rate) if change.rate == change.at_once else numbers
    return next((words_now for words_now, holds in in_words.items() if holds), same)


def _percent(growth: float | None) -> str:
    return f"{100 * (growth or 0):+.0f}%"


def _routes_table(found: Difference, before: Side, after: Side) -> Table:
    rows = [
        (route, step, _throttle_words(side.environment, route))
        for step, routes, side in (("added", found.added, after), ("removed", found.removed, before))
        for route in routes
    ]
    return Table(title="Routes that come and go", columns=("route", "step", "its throttle"), rows=tuple(rows))


def _throttle_words(environment: Environment, route: str) -> str:
    of_route = (limit for limit in limits(layers_of(environment)) if limit.route == route)
    return next(_limit_words(limit) for limit in of_route if limit.layer in OF_THE_ROUTE)


def _steps_table(steps: tuple[Change, ...]) -> Table:
    return Table(
        title="What a deploy replaces, destroys and creates",
        columns=("step", "resource", "why, and what it means"),
        rows=tuple((step.step, step.address, _meaning(step)) for step in notable_changes(steps)),
        caption="Everything else changes in place, or comes and goes with these.",
    )


def _meaning(step: Change) -> str:
    return f"{FLAG} " * step.flagged + ": ".join(part for part in (", ".join(step.because), step.meaning) if part)


def _settings_table(settings: tuple[SettingChange, ...], names: tuple[str, str]) -> Table:
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


def _list_notes(before: Side, after: Side, found: Difference, steps: tuple[Change, ...]) -> Iterator[str]:
    old, new = before.environment, after.environment
    if not (found.limits or found.token_limits or found.added or found.removed or steps or found.settings):
        yield "Nothing changes."
    if old.name != new.name:
        yield (
            f"{old.name} and {new.name} are two stacks with a state each. What a deploy does is said as if "
            f"{after.name} took the place of {before.name}."
        )
    if old.backend != new.backend:
        yield "The state moves: terraform init -migrate-state first, or everything is created a second time."
    if _account(old) != _account(new):
        yield "Another account: Terraform finds nothing there, and everything is created anew."
    if any(change.slot[0] == Layer.WAF for change in found.limits):
        yield "A changed WAF rate rule counts afresh, and may stop nobody for up to a minute."
    if any(change.before and not change.after for change in found.token_limits):
        yield "A limit in tokens that comes back finds what its callers had used of it, as long as their items last."
    if any(step.needs_second_deployment for step in steps):
        yield (
            f"{FLAG} One apply is not enough: the stage serves a snapshot, and Terraform cuts it before it destroys "
            f"what went. make deploy ENV={new.name} does all that it takes, "
            "and fails if the stage still serves something else."
        )
    if any(step.address.startswith("aws_api_gateway_deployment") for step in steps):
        yield "Throttles, usage plans and WAF act without a new deployment, as soon as they are applied."


def _account(environment: Environment) -> object:
    role = environment.aws.assume_role
    return (role.account_id if role else None, environment.aws.allowed_account_ids, environment.aws.endpoint_url)


def _token_limit_data(change: TokenLimitChange) -> dict[str, Any]:
    return {
        "routes": list(change.routes),
        "name": change.name,
        "limit": change.limit,
        "before": None if change.before is None else asdict(change.before),
        "after": None if change.after is None else asdict(change.after),
        "growth": change.growth,
        "flagged": change.flagged,
    }


def _limit_data(change: LimitChange) -> dict[str, Any]:
    return {
        "routes": list(change.routes),
        "limit": change.name,
        "before": None if change.before is None else asdict(change.before),
        "after": None if change.after is None else asdict(change.after),
        "rate_growth": change.rate,
        "at_once_growth": change.at_once,
        "flagged": change.flagged,
    }
