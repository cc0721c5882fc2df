"""Which routes a rate rule's `scope_down` lets be counted, as far as path and method say."""

import re

from settings.route import Route
from settings.waf.scope_down import ScopeDown


def in_scope(scope: ScopeDown, route: Route) -> bool | None:
    """None where it depends on the request: its address, country, headers, labels."""
    if scope.and_:
        parts = [in_scope(part, route) for part in scope.and_]
        return False if False in parts else None if None in parts else True
    if scope.or_:
        parts = [in_scope(part, route) for part in scope.or_]
        return True if True in parts else None if None in parts else False
    if scope.not_:
        part = in_scope(scope.not_, route)
        return None if part is None else not part
    if scope.method is not None:
        return route.method == scope.method
    if scope.path is not None:
        return _shape(route.path) == _shape(scope.path)
    return None


def says_more(scope: ScopeDown) -> bool:
    """Whether anything but path and method is asked."""
    parts = [*(scope.and_ or ()), *(scope.or_ or ()), *([scope.not_] if scope.not_ else [])]
    return any(map(says_more, parts)) if parts else scope.method is None and scope.path is None


def _shape(path: str) -> str:
    """`/v1/models/{id}` and `/v1/models/{model}` are one path."""
    return re.sub(r"\{[^}+]+(\+?)\}", r"{\1}", path).lower()
