"""Which limits in tokens, money and concurrent requests are not what they were."""

from collections.abc import Iterator
from dataclasses import dataclass

from review.limits.token_limits import TokenBudget, token_budgets
from review.numbers import plain
from settings.environment import Environment
from settings.token_limits.limits import LIMITS

_HALF = 0.5
_DECIMALS = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """One limit of a budget, and whom it holds."""

    value: float
    shared_by: str
    models: tuple[str, ...]
    blocks: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenLimitChange:
    """A limit in tokens of some routes that is not what it was."""

    routes: tuple[str, ...]
    name: str
    """`plan gold`, or the name of a `[[token_limits]]`."""

    limit: str
    """`tokens_per_minute`, for instance."""

    before: Held | None
    after: Held | None

    @property
    def growth(self) -> float | None:
        """0.5 is half more, -0.5 half of it. None: from or to no limit."""
        return round(self.after.value / self.before.value - 1, _DECIMALS) if self.before and self.after else None

    @property
    def flagged(self) -> bool:
        """More than half up or down; or it appears, goes, or holds others than before."""
        return self.growth is None or abs(self.growth) > _HALF or self._holds_others is not None

    @property
    def words(self) -> str:
        """What changes."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        return self._holds_others or f"{100 * (self.growth or 0):+.0f}%"

    @property
    def _holds_others(self) -> str | None:
        if self.before is None or self.after is None:
            return None
        if self.before.blocks != self.after.blocks:
            return "stops now" if self.after.blocks else "only counts now"
        if self.before.shared_by != self.after.shared_by:
            return "counts by something else"
        return "of other models" if self.before.models != self.after.models else None


def token_limit_changes(before: Environment, after: Environment, kept: tuple[str, ...]) -> tuple[TokenLimitChange, ...]:
    """Of the routes that both have; routes with the same change of the same limit are one."""
    old, new = held_limits(before), held_limits(after)
    together: dict[tuple[str, str, Held | None, Held | None], list[str]] = {}
    for place in dict.fromkeys((*old, *new)):
        route, name, limit = place
        was, is_now = old.get(place), new.get(place)
        if route in kept and was != is_now:
            together.setdefault((name, limit, was, is_now), []).append(route)
    return tuple(
        TokenLimitChange(routes=tuple(routes), name=name, limit=limit, before=was, after=is_now)
        for (name, limit, was, is_now), routes in together.items()
    )


def held_limits(environment: Environment) -> dict[tuple[str, str, str], Held]:
    """By route, budget and limit."""
    return {
        (budget.route, budget.name, limit): held
        for budget in token_budgets(environment)
        for limit, held in _of_budget(budget)
    }


def _of_budget(budget: TokenBudget) -> Iterator[tuple[str, Held]]:
    for limit in LIMITS:
        if limit in budget.limits:
            yield (
                limit,
                Held(
                    value=budget.limits[limit],
                    shared_by=budget.shared_by,
                    models=budget.models,
                    blocks=budget.blocks,
                ),
            )


def held_words(held: Held | None) -> str:
    """`400,000, each key`."""
    if held is None:
        return "-"
    counts = "" if held.blocks else ", counts only"
    return f"{plain(held.value)}, {held.shared_by}{counts}"
