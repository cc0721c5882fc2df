"""Routes compared with each other."""

from collections.abc import Iterator

from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.route import MOST_PARTS, prefixes

# Each part of a path is a resource.
USUAL_RESOURCES = MOST_PARTS


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """Two routes that are the same to API Gateway."""
    keys = set[str]()
    for index, route in enumerate(environment.routes):
        where = ("routes", index, "path")
        if route.key in keys:
            yield Problem(where, "the file has this route twice; leave one out")
        keys.add(route.key)
    yield from _variables_of_one_place(environment)


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """More path parts than AWS allows in an API before you ask for more; two variables with one name."""
    parts = {prefix for route in environment.routes for prefix in prefixes(route.path)} - {"/"}
    if len(parts) > USUAL_RESOURCES:
        yield Problem(
            ("routes",),
            f"{len(parts)} path parts; AWS allows {USUAL_RESOURCES} resources in an API until it "
            "raises the account's quota",
        )
    for index, route in enumerate(environment.routes):
        twice = next((name for name in route.path_variables if route.path_variables.count(name) > 1), None)
        if twice:
            yield Problem(
                ("routes", index, "path"),
                f"has the variable {{{twice}}} twice: a backend and a template get only one of the two values; give "
                "each its own name",
            )


def _variables_of_one_place(environment: EnvironmentFields) -> Iterator[Problem]:
    """API Gateway allows one path variable in each place: "A sibling of this resource already has a variable path
    part".
    """
    variables: dict[str, str] = {}
    for index, route in enumerate(environment.routes):
        for prefix in prefixes(route.path):
            parent, _, part = prefix.rpartition("/")
            if part.startswith("{") and variables.setdefault(parent, part) != part:
                yield Problem(
                    ("routes", index, "path"),
                    f"{parent or '/'} already has the variable {variables[parent]}; AWS allows one in each place",
                )
