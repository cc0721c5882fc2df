"""What the functions in front of models let through, after API Gateway's own layers."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from review.numbers import plain
from review.table import Table
from settings.environment import Environment
from settings.token_limits.covering import PLAN, Covering, covering
from settings.token_limits.limits import LIMITS

UNITS = {
    "requests_per_minute": "requests a minute",
    "tokens_per_minute": "tokens a minute",
    "tokens_per_day": "tokens a day",
    "usd_per_month": "USD a month",
    "concurrent_requests": "at once",
}

_A_MINUTE = ("requests_per_minute", "tokens_per_minute")

COUNTED = (
    "Tokens and money are estimated before the model is called, and counted once it has answered: a request that uses "
    "more than was estimated is not stopped, but owed (docs/token-limits.md)."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenBudget:
    """One budget of a route's callers."""

    route: str
    name: str
    shared_by: str
    limits: dict[str, float]
    models: tuple[str, ...]
    blocks: bool
    """False where it only counts."""


def token_budgets(environment: Environment) -> tuple[TokenBudget, ...]:
    """Route by route, those of plans first. What holds for keys made elsewhere is left out."""
    return tuple(_budgets(environment))


def _budgets(environment: Environment) -> Iterator[TokenBudget]:
    for route in environment.routes:
        for each in covering(environment, route):
            if each.plan != "":
                yield TokenBudget(
                    route=route.key,
                    name=f"plan {each.plan}" if each.name == PLAN else each.name,
                    shared_by=_shared_by(each),
                    limits=dict(each.limits),
                    models=each.models,
                    blocks=each.mode == "enforce",
                )


def _shared_by(each: Covering) -> str:
    if each.by == ("all",):
        return "all callers"
    words = {"api_key": "key", "ip": "IP"}
    return f"each {' and '.join(words.get(identity, identity) for identity in each.by)}"


def table(budgets: tuple[TokenBudget, ...]) -> Table:
    """A row for each budget; routes with the same ones share it."""
    routes: dict[tuple[str, ...], list[str]] = {}
    for budget in budgets:
        routes.setdefault(_cells(budget), []).append(budget.route)
    return Table(
        title="What the function in front of the model lets through, after all of these",
        columns=("route", "limit", "shared by", "allows"),
        rows=tuple(("\n".join(alike), *cells) for cells, alike in routes.items()),
        caption=" ".join(_captions(budgets)),
    )


def _captions(budgets: tuple[TokenBudget, ...]) -> Iterator[str]:
    yield "A request passes if all have room for it, and else costs none of them anything."
    if any(name in budget.limits for budget in budgets for name in _A_MINUTE):
        yield "A caller who was idle can use twice its limit of a minute in its first minute."


def _cells(budget: TokenBudget) -> tuple[str, ...]:
    allows = [f"{plain(budget.limits[name])} {UNITS[name]}" for name in LIMITS if name in budget.limits]
    models = [f"of {', '.join(budget.models)}"] if budget.models else []
    counts = [] if budget.blocks else ["(counts only, blocks nobody)"]
    return (budget.name, budget.shared_by, "\n".join([*allows, *models, *counts]))


def data(budgets: tuple[TokenBudget, ...]) -> list[dict[str, Any]]:
    """For JSON."""
    return [asdict(budget) | {"models": list(budget.models)} for budget in budgets]
