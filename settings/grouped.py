"""Warnings that are the same except for the route, as one that names the first of the routes and how many there are."""

from collections.abc import Iterable
from dataclasses import replace

from settings.problem import Problem
from settings.secrecy import Where

# More than a line can name.
_MOST_NAMED = 3


def grouped(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """In the order of the first of each kind. A warning that nothing is the same as stays as it is."""
    kinds: dict[tuple[Where, str, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(_kind(problem), []).append(problem)
    return tuple(same[0] if len(same) == 1 else _together(same) for same in kinds.values())


def _kind(problem: Problem) -> tuple[Where, str, str]:
    """All but the route: the field, the message and the value."""
    route = _route(problem)
    where = tuple("" if place in _route_places(problem.where) else part for place, part in enumerate(problem.where))
    message = problem.message.replace(route, "the route") if route else problem.message
    return where, message, repr(problem.got)


def _route_places(where: Where) -> tuple[int, ...]:
    """Where in the path a route is named."""
    match where:
        case ("routes", int(), *_):
            return (1,)
        case ("throttling", "routes", *_):
            return (2,)
        case ("usage_plans", _, "routes", *_):
            return (3,)
        case _:
            return ()


def _route(problem: Problem) -> str:
    if problem.entry and problem.where[0] == "routes":
        return problem.entry
    places = [place for place in _route_places(problem.where) if place < len(problem.where)]
    return "".join(str(problem.where[place]) for place in places)


def _together(same: list[Problem]) -> Problem:
    first = same[0]
    routes = list(dict.fromkeys(_route(problem) for problem in same))
    if len(routes) == 1:
        return first
    named, more = ", ".join(routes[:_MOST_NAMED]), len(routes) - _MOST_NAMED
    names = f"{named} and {more} more" if more > 0 else named
    message = first.message.replace(routes[0], "the route")
    if first.entry:
        return replace(first, entry=f"{len(routes)} routes ({names})", message=message)
    (place,) = _route_places(first.where)
    return replace(first, where=(*first.where[:place], names, *first.where[place + 1 :]), message=message)
