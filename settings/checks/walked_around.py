"""Limits of a route that a request avoids with another spelling of the path."""

from collections.abc import Iterator

from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.route import Route
from settings.throttling import BLOCKED, RouteThrottle, Throttle
from settings.token_limits.covering import PLAN, covering
from settings.usage_plan import PlanRouteThrottle
from settings.waf.counted_routes import counted_routes
from settings.waf.path_pattern import covers


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """A route with a lower limit than a route of its method with a variable, which matches other spellings of the same
    path.

    `/v1/chat;x=1` or `/v1/%2563hat` is a different path to API Gateway, and the same path to many servers.
    """
    wider = [route for route in environment.routes if route.path_variables and route.integration.type != "mock"]
    for index, route in enumerate(environment.routes):
        for other in wider:
            if other is route or other.method != route.method:
                continue
            spelling = _other_spelling(route.path, other.path)
            if spelling and (missing := list(_missing(environment, route, other))):
                yield Problem(
                    ("routes", index, "path"),
                    f"{other.key} matches other spellings of it, such as {spelling}, which its "
                    f"server may read as it: without {', '.join(missing)}; give {other.key} the same, or remove it",
                )
                break


def _other_spelling(path: str, wider: str) -> str | None:
    """What many servers read as the path, and API Gateway as the wider one. None if nothing is."""
    if wider.endswith("+}"):
        return f"{path.rstrip('/')};x=1" if covers(wider, path) else None
    parts, others = path.split("/"), wider.split("/")
    if len(parts) != len(others):
        return None
    # One variable takes one part, so every other part must be the same.
    taken = [part not in {"", other} and other.startswith("{") for part, other in zip(parts, others, strict=True)]
    same = all(other == part or free for part, other, free in zip(parts, others, taken, strict=True))
    if not same or not any(taken):
        return None
    return "/".join(f"{part};x=1" if free else part for part, free in zip(parts, taken, strict=True))


def _missing(environment: EnvironmentFields, route: Route, other: Route) -> Iterator[str]:
    """The limits that apply to the route but not to the other one."""
    if _tighter(environment.throttling.throttle_of(route.key), environment.throttling.throttle_of(other.key)):
        yield "its throttle"
    if route.authorization != "NONE" and other.authorization == "NONE":
        yield "its authorization"
    if route.api_key_required and not other.api_key_required:
        yield "its API key"
    for name, plan in environment.usage_plans.items():
        own, its = (plan.routes.get(each.key, plan.throttle) for each in (route, other))
        if route.api_key_required and other.api_key_required and _tighter(own, its):
            yield f"its throttle in usage_plans.{name}"
    if route.authorization_scopes and not other.authorization_scopes and other.authorization != "NONE":
        yield "its scopes"
    own_limits, its_limits = (
        {limit.name for limit in covering(environment, each) if limit.mode == "enforce"} for each in (route, other)
    )
    for name in sorted(own_limits - its_limits):
        yield "the limits in tokens of its plan" if name == PLAN else f"the token limit {name}"
    waf = environment.waf
    for rule in waf.rate_rules if waf and waf.mode == "block" else ():
        counted = counted_routes(rule, environment.routes)
        if rule.action != "count" and route in counted and other not in counted:
            yield f"the WAF rule {rule.name}"


def _tighter(one: RouteThrottle | PlanRouteThrottle | None, other: RouteThrottle | PlanRouteThrottle | None) -> bool:
    tight, loose = _bucket(one), _bucket(other)
    if tight is None or loose is None:
        return loose is None and tight is not None
    return tight.rate_limit < loose.rate_limit or tight.burst_limit < loose.burst_limit


def _bucket(throttle: RouteThrottle | PlanRouteThrottle | None) -> Throttle | None:
    """None if there is no limit."""
    if throttle == "blocked":
        return BLOCKED
    return throttle if isinstance(throttle, Throttle) else None
