"""A comparison of two environments, and what a deploy of one over the other does."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from review.diff.difference import Difference, LimitChange, difference
from review.diff.replacement import Change, changes, notable_changes
from review.diff.tables import FLAG, limits_table, routes_table, settings_table, steps_table, token_limits_table
from review.diff.token_limits import TokenLimitChange
from review.layers.layer import Layer
from review.table import Report, Table
from settings.environment import Environment


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One environment, and its name in the comparison."""

    name: str
    environment: Environment


def new_environment(side: Side, base: str) -> Report:
    """The report for an environment that the base does not have."""
    note = f"{side.environment.name} is new: {base} has no such file, and a deploy creates everything."
    return _report_one_side(side, base, (note,))


def refused_base(side: Side, base: str, refused: tuple[str, ...]) -> Report:
    """The report for an environment whose file at the base is refused. A change that repairs it must still pass a
    review.
    """
    note = f"Nothing is compared, because the file of {base} is refused. Only the plan shows what a deploy changes."
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
            "routes": {"added": [] if refused else routes, "removed": [], "renamed": []},
            "warnings": {"new": list(warnings), "gone": []},
            "notes": list(notes),
        },
    )


def flagged_limits(found: Difference) -> tuple[LimitChange | TokenLimitChange, ...]:
    """The changes that someone should check carefully."""
    in_requests = (change for change in found.limits if change.flagged)
    return (*in_requests, *(change for change in found.token_limits if change.flagged))


def report(before: Side, after: Side) -> Report:
    """The whole report."""
    found = difference(before.environment, after.environment)
    steps = changes(before.environment, after.environment)
    notes = tuple(change_notes(before, after, found, steps))
    old, new = ([str(warning) for warning in side.environment.warnings()] for side in (before, after))
    appeared = tuple(warning for warning in new if warning not in old)
    names = (before.name, after.name)
    tables = (
        *([limits_table(found, names)] if found.limits else []),
        *([token_limits_table(found, names)] if found.token_limits else []),
        *([routes_table(found, before.environment, after.environment)] if found.added or found.removed else []),
        *([steps_table(steps)] if steps else []),
        *([settings_table(found.settings, names)] if found.settings else []),
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
            "routes": {
                "added": list(found.added),
                "removed": list(found.removed),
                "renamed": [{"before": was, "after": is_now} for was, is_now in found.renamed],
            },
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


def change_notes(before: Side, after: Side, found: Difference, steps: tuple[Change, ...]) -> Iterator[str]:
    """What to know before you deploy such a change."""
    old, new = before.environment, after.environment
    if not (found.limits or found.token_limits or found.added or found.removed or steps or found.settings):
        yield "Nothing changes."
    if old.name != new.name:
        yield (
            f"{old.name} and {new.name} are two stacks, each with its own state. The deploy is described as if "
            f"{after.name} replaced {before.name}."
        )
    if old.backend != new.backend:
        yield "The state moves: run terraform init -migrate-state first, or Terraform creates everything a second time."
    if _account(old) != _account(new):
        yield "Another account: Terraform finds nothing there, and creates everything again."
    if any(change.slot[0] == Layer.WAF for change in found.limits):
        yield "A changed WAF rate rule starts to count from zero, and may block no one for up to a minute."
    if any(change.before and not change.after for change in found.token_limits):
        yield "If a limit in tokens is added again, its callers keep what they had used of it until their items expire."
    if any(step.needs_second_deployment for step in steps):
        yield (
            f"{FLAG} One apply is not enough: the stage serves a snapshot, and Terraform creates it before it "
            f"destroys what was removed. make deploy ENV={new.name} does everything that is needed, "
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
