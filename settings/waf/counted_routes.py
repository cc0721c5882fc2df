"""Which routes a rate rule counts, judged by path and method."""

from itertools import zip_longest

from settings.route import Route
from settings.waf.path_pattern import covers
from settings.waf.rate_rule import RateRule
from settings.waf.scope_down import ScopeDown
from settings.waf.three_valued import all_of, any_of, opposite


def counted_routes(rule: RateRule, routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """The routes that it names, and others that match their WAF patterns. Without names, all routes except for
    preflights.

    The rule's own scope_down is not considered.
    """
    if not rule.routes:
        return tuple(route for route in routes if route.method != "OPTIONS")
    if rule.counts_preflights:
        return tuple(route for route in routes if route.method == "OPTIONS")
    named = [route for route in routes if route.key in rule.routes]
    return tuple(
        route
        for route in routes
        if any(other.method == route.method and covers(other.path, route.path) for other in named)
    )


def in_scope(scope: ScopeDown, route: Route, *, left_out: bool = False) -> bool | None:
    """Whether requests to the route are in scope. None if it depends on the request: its address, country, headers,
    labels, or the value of a path variable.

    `left_out` is set under a `not`, where WAF's pattern matches only the plain spelling of the path.
    """
    if scope.and_:
        return all_of(in_scope(part, route, left_out=left_out) for part in scope.and_)
    if scope.or_:
        return any_of(in_scope(part, route, left_out=left_out) for part in scope.or_)
    if scope.not_:
        return opposite(in_scope(scope.not_, route, left_out=not left_out))
    if scope.path is not None:
        return _on_path(scope.path, route, left_out=left_out)
    return None if scope.method is None else route.method == scope.method


def _on_path(path: str, route: Route, *, left_out: bool) -> bool | None:
    if covers(path, route.path, left_out=left_out):
        return True
    one, other = (path, route.path) if left_out else (path.lower(), route.path.lower())
    return None if "{" in route.path and _meet(one, other) else False


def _meet(path: str, other: str) -> bool:
    """Whether one request can match both paths, such as `/v1/{id}` and `/v1/chat`, or `/a/{x}` and `/{y}/b`."""
    for one, two in zip_longest(path.split("/"), other.split("/")):
        if one is None or two is None:
            return False
        if one.endswith("+}") or two.endswith("+}"):
            return True
        if one != two and "{" not in one + two:
            return False
    return True
