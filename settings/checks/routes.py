"""Routes against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from settings.problem import Problem
from settings.route import MOST_PARTS, path_address

if TYPE_CHECKING:
    from settings.environment import Environment

# Each part of a path is a resource.
USUAL_RESOURCES = MOST_PARTS


def refused(environment: Environment) -> Iterator[Problem]:
    """Two routes that are one to API Gateway, or that would take one Terraform address."""
    keys: dict[str, int] = {}
    addresses: dict[str, str] = {}
    for index, route in enumerate(environment.routes):
        where = ("routes", index, "path")
        if route.key in keys:
            yield Problem(where=where, got=route.key, allowed=f"routes[{keys[route.key]}] is the same route")
            continue
        keys[route.key] = index
        for prefix in prefixes(route.path):
            taken = addresses.setdefault(path_address(prefix), prefix)
            if taken != prefix:
                allowed = f"{prefix} and {taken} would both be named {path_address(prefix)} in Terraform; rename one"
                yield Problem(where=where, got=route.path, allowed=allowed)
                break
    yield from _variables_of_one_place(environment)
    yield from _models_of_one_name(environment)


def warned(environment: Environment) -> Iterator[Problem]:
    """More path parts than AWS takes in an API before anyone asks for more."""
    parts = {prefix for route in environment.routes for prefix in prefixes(route.path)} - {"/"}
    if len(parts) > USUAL_RESOURCES:
        allowed = f"path parts, and AWS takes {USUAL_RESOURCES} resources in an API until it raises the account's quota"
        yield Problem(where=("routes",), got=len(parts), allowed=allowed)


def prefixes(path: str) -> Iterator[str]:
    """`/v1/chat` has `/v1` and `/v1/chat`; `/` has itself."""
    parts = path[1:].split("/")
    for count in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:count])


def _variables_of_one_place(environment: Environment) -> Iterator[Problem]:
    """API Gateway takes one path variable a place: "A sibling of this resource already has a variable path part"."""
    variables: dict[str, str] = {}
    for index, route in enumerate(environment.routes):
        for prefix in prefixes(route.path):
            parent, _, part = prefix.rpartition("/")
            if part.startswith("{") and variables.setdefault(parent, part) != part:
                allowed = f"{parent or '/'} already has the variable {variables[parent]}; AWS takes one a place"
                yield Problem(where=("routes", index, "path"), got=route.path, allowed=allowed)


def _models_of_one_name(environment: Environment) -> Iterator[Problem]:
    """AWS takes letters and digits only in a model's name, so `/a/1b` and `/a1b` would have the same."""
    names: dict[str, str] = {}
    for index, route in enumerate(environment.routes):
        if route.request.body_schema is not None and names.setdefault(route.model_name, route.key) != route.key:
            allowed = f"its model and that of {names[route.model_name]} would both be {route.model_name}; rename a path"
            yield Problem(where=("routes", index, "path"), got=route.path, allowed=allowed)
