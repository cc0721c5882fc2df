"""Which limits a route's function enforces, and how they are passed to it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from settings.fields import EnvironmentFields
from settings.integration import BedrockIntegration, HttpIntegration, PrivateIntegration
from settings.route import Route
from settings.token_limits.limits import LIMITS
from settings.token_limits.token_limit import TokenLimit

METERED = (BedrockIntegration, HttpIntegration, PrivateIntegration)
"""Backends that can have a function in front of them."""

PLAN = "plan"
"""The name of usage plans' limits in the table. A key that moves to another plan keeps what it has used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Covering:
    """One budget of a route's callers."""

    name: str
    by: tuple[str, ...]
    limits: Mapping[str, float]
    mode: str
    when_unavailable: str | None
    plan: str | None = None
    """Only for callers whose key is in that plan. Empty for keys that are not in this file."""

    models: tuple[str, ...] = ()
    shards: int = 1

    def function_table(self) -> dict[str, Any]:
        """The limits as the function reads them. It does not have those that are left out."""
        table: dict[str, Any] = {"name": self.name, "by": list(self.by), "mode": self.mode, **self.limits}
        if self.plan is not None:
            table["plan"] = self.plan
        if self.models:
            table["models"] = list(self.models)
        if self.when_unavailable:
            table["when_unavailable"] = self.when_unavailable
        if self.shards > 1:
            table["shards"] = self.shards
        return table


def covering(environment: EnvironmentFields, route: Route) -> tuple[Covering, ...]:
    """The budgets that the route's function enforces: those of plans first, then those of `[[token_limits]]`."""
    if not isinstance(route.integration, METERED):
        return ()
    of_plans = _of_plans(environment) if route.api_key_required else ()
    return (*of_plans, *_of_table(environment, route))


def metered_routes(environment: EnvironmentFields) -> tuple[Route, ...]:
    """Routes whose function enforces limits."""
    return tuple(route for route in environment.routes if covering(environment, route))


def covers(limit: TokenLimit, route: Route) -> bool:
    """Whether the limit applies to that route."""
    return route.key in limit.routes if limit.routes else isinstance(route.integration, METERED)


def _of_plans(environment: EnvironmentFields) -> Iterator[Covering]:
    metering = environment.token_metering
    plans = {name: plan.token_limits for name, plan in environment.usage_plans.items() if plan.token_limits}
    if not plans:
        return
    # A key created elsewhere may be in any of the plans, and the function cannot find out which. It gets the lowest
    # limits.
    lowest = {
        limit: min(of_plan[limit] for of_plan in plans.values() if limit in of_plan)
        for limit in LIMITS
        if any(limit in of_plan for of_plan in plans.values())
    }
    for name, limits in {**plans, "": lowest}.items():
        yield Covering(
            name=PLAN,
            by=("api_key",),
            plan=name,
            limits=limits,
            mode=metering.mode,
            when_unavailable=metering.when_unavailable,
        )


def _of_table(environment: EnvironmentFields, route: Route) -> Iterator[Covering]:
    metering = environment.token_metering
    for limit in environment.token_limits:
        if covers(limit, route):
            yield Covering(
                name=limit.name,
                by=limit.by,
                limits=limit.token_limits,
                mode=limit.mode or metering.mode,
                when_unavailable=limit.when_unavailable or metering.when_unavailable,
                models=limit.models,
                shards=limit.shards,
            )


def limit_variables(environment: EnvironmentFields, route: Route) -> dict[str, str]:
    """The function's variables that depend on this file alone, so that `terraform plan` shows them."""
    metering = environment.token_metering
    counting = {
        "weights": metering.weights.model_dump(),
        "default_max_tokens": metering.default_max_tokens,
        "image_tokens": metering.image_tokens,
    }
    return {
        "TOKEN_LIMITS": _compact([budget.function_table() for budget in covering(environment, route)]),
        "TOKEN_COUNTING": _compact(counting),
    }


def prices(environment: EnvironmentFields) -> str:
    """The function's file of prices."""
    return _compact({model: price.by_kind for model, price in sorted(environment.token_prices.items())})


def plan_keys(environment: EnvironmentFields, ids: Mapping[str, str]) -> str:
    """Which key is in which plan, with the ids of the keys: `gold=<id>,<id>;free=<id>`."""
    groups = {name: [ids[key.name] for key in plan.keys] for name, plan in environment.usage_plans.items()}
    return ";".join(f"{name}={','.join(of_plan)}" for name, of_plan in groups.items() if of_plan)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
