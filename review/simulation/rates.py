"""The rates of a simulation: of its requests over time, and of the limits that they reach."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.engine.outcome import Outcome
from review.layers.layers import Plan, RateWindow, RouteLimits
from review.layers.token_layer import KINDS, TokenBudget
from review.limits.limits import PERIOD_SEC
from review.numbers import plain
from review.simulation.simulate import Result
from settings.throttling import Throttle

_UNITS = dict(zip(KINDS, ("requests/min", "tokens/min", "tokens/day", "USD/month", "at once"), strict=True))

_MOST_BINS = 120
_FAR_ABOVE = 1.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A limit as a steady rate."""

    words: str
    per_second: float
    kind: Outcome
    """The outcome of what it refuses."""


def over_time(result: Result) -> tuple[NDArray[np.float64], dict[Outcome, NDArray[np.float64]]]:
    """The edges of equal spans of whole seconds, and for each outcome the requests per second in each span."""
    duration = max(result.traffic.duration_sec, float(result.seconds.max(initial=0)) + 1e-6)
    width = float(np.ceil(duration / _MOST_BINS))
    edges = np.arange(0, duration + width, width)
    seconds, outcomes = result.seconds, result.sent.outcome
    return edges, {each: np.histogram(seconds[outcomes == each], bins=edges)[0] / width for each in Outcome}


def shared_limits(result: Result) -> list[Limit]:
    """The limits of all callers together that this traffic reaches. Those far above it are left out."""
    layers = result.layers
    used = [layers.routes[index] for index in np.unique(result.arrivals.requests.route)]
    _, rates = over_time(result)
    peak = float(sum(rates.values(), np.zeros(1)).max())

    def found() -> Iterator[Limit | None]:
        for route in used:
            if route.own:
                yield _of_bucket(Outcome.METHOD, f"method throttle of {route.key}, shared by all", route.bucket)
            else:
                yield _of_bucket(Outcome.STAGE, "stage throttle, for each method, shared by all", route.bucket)
        yield _of_bucket(Outcome.ACCOUNT, "account, shared by all", layers.account)
        for window in layers.windows:
            if not window.key and any(window.covers(route.key) for route in used):
                yield _of_window(window, "shared by all")

    return [limit for limit in dict.fromkeys(found()) if limit and limit.per_second <= _FAR_ABOVE * peak]


def limits_of_each_caller(result: Result) -> Iterator[Limit]:
    """The limits of a single caller: of every usage plan, of every rule that counts the requests, and of the function
    in front of a model.
    """
    layers = result.layers
    used = [layers.routes[index] for index in np.unique(result.arrivals.requests.route)]
    keyed = [route for route in used if route.key_required]
    held = {layers.plans[plan].name for plan in np.unique(result.arrivals.plan_of_client).tolist() if plan != NONE}
    for plan in layers.plans if keyed else ():
        yield from _of_plan(plan, keyed, held)
    for window in layers.windows:
        if window.key and any(window.covers(route.key) for route in used):
            yield _of_window(window, "for each client")
    for budget in layers.tokens.budgets if layers.tokens else ():
        if budget.plan in (None, *held) and any(route.key in budget.routes for route in used):
            yield _of_budget(budget)


def _of_budget(budget: TokenBudget) -> Limit:
    """In words alone: a rate of tokens has no place beside rates of requests."""
    whose = "shared by all" if budget.by == ("all",) else "for each caller"
    limits = ", ".join(f"{plain(value)} {_UNITS[name]}" for name, value in budget.limits.items())
    counts = ", counts only" if budget.observes else ""
    return Limit(words=f"{budget.words}, {whose}{counts}: {limits}", per_second=0, kind=Outcome.TOKEN_LIMIT)


def _of_plan(plan: Plan, routes: Sequence[RouteLimits], held: AbstractSet[str]) -> Iterator[Limit]:
    """One for all routes that a plan limits."""
    rates: list[tuple[str, float]] = []
    if plan.bucket is not None:
        rates.append((f"{plain(plan.bucket.rate_limit)}/s", plan.bucket.rate_limit))
    if plan.quota is not None:
        words = f"{plan.quota.limit:,} a {plan.quota.period.lower()}"
        rates.append((words, plan.quota.limit / PERIOD_SEC[plan.quota.period]))
    of_routes = ((route.key, plan.bucket_of(route.key)) for route in routes)
    rates += [(f"{plain(own.rate_limit)}/s on {route}", own.rate_limit) for route, own in of_routes if own]
    if rates:
        nobody = "" if plan.name in held else ", held by nobody here"
        words = f"usage plan {plan.name}, for each key{nobody}: {', '.join(each for each, _ in rates)}"
        yield Limit(words=words, per_second=min(rate for _, rate in rates), kind=Outcome.PLAN)


def _of_window(window: RateWindow, whose: str) -> Limit:
    counted = f"{window.limit:,} in {window.window_sec} s"
    words = f"WAF {window.name}, {whose}: {counted} = {plain(window.per_second)}/s"
    return Limit(words=words, per_second=window.per_second, kind=Outcome.WAF)


def _of_bucket(kind: Outcome, words: str, bucket: Throttle | None) -> Limit | None:
    return None if bucket is None else _of_rate(kind, words, bucket.rate_limit)


def _of_rate(kind: Outcome, words: str, per_second: float) -> Limit:
    return Limit(words=f"{words}: {plain(per_second)}/s", per_second=per_second, kind=kind)
