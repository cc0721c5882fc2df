"""Which limit each caller of a route reaches first, to print."""

from collections.abc import Iterator
from dataclasses import dataclass

from review.layers.layer import Layer
from review.limits.limits import Limit
from review.limits.stops_first import StopsFirst, StopsFirstOnRoute
from review.numbers import plain
from review.table import Table

_NOTHING = "nothing"
_SHARED = frozenset({Layer.METHOD, Layer.STAGE, Layer.ACCOUNT})


@dataclass(frozen=True, kw_only=True, slots=True)
class ReachedFirst:
    """What stops one kind of caller."""

    caller: str
    """`one IP`, `key of pro`, `all callers`."""

    steady: str
    """At a steady rate: `5/s: WAF per-ip`."""

    burst: str
    """In one burst: `40: method`."""

    @property
    def words(self) -> str:
        """Both in a line: `20/s, 40 at once: method`, `2/s: WAF per-ip; 40 at once: method`."""
        (rate, _, by), (burst, colon, burst_by) = self.steady.partition(": "), self.burst.partition(": ")
        if not colon:
            return self.steady
        return f"{rate}, {burst} at once: {by}" if by == burst_by else f"{self.steady}; {burst} at once: {burst_by}"


def reached_first(each: StopsFirstOnRoute) -> tuple[ReachedFirst, ...]:
    """One for each kind of caller of the route."""
    callers = [("one IP", each.one_ip), *((f"key of {key.plan}", key) for key in each.one_key)]
    return tuple(
        ReachedFirst(caller=caller, steady=_steady_words(first), burst=_burst_words(first))
        for caller, first in (*callers, ("all callers", each.everyone))
    )


def _steady_words(first: StopsFirst) -> str:
    if first.steady is None or first.burst is None:
        return _NOTHING
    return "blocked" if first.steady.blocked else f"{plain(first.steady.per_second or 0)}/s: {_name(first.steady)}"


def _burst_words(first: StopsFirst) -> str:
    if first.steady is None or first.burst is None:
        return _NOTHING
    return "blocked" if first.steady.blocked else f"{first.burst.at_once:,}: {_name(first.burst)}"


def _name(limit: Limit) -> str:
    """A key's own plan needs no name."""
    if limit.layer == Layer.USAGE_PLAN:
        return "its plan"
    name = f"{limit.layer} {limit.name}".strip()
    return f"{name}, shared" if limit.shared and limit.layer not in _SHARED else name


def table(first: tuple[StopsFirstOnRoute, ...]) -> Table:
    """A row for each kind of caller; routes whose callers meet the same share their rows."""
    alike: dict[tuple[ReachedFirst, ...], list[str]] = {}
    for each in first:
        alike.setdefault(reached_first(each), []).append(each.route)
    return Table(
        title="Which limit each caller reaches first",
        columns=("route", "caller", "at a steady rate", "in one burst"),
        rows=tuple(row for callers, routes in alike.items() for row in _rows(routes, callers)),
        grouped=True,
        caption="All callers share the throttle of the method, the stage and the account, so one caller can use it up.",
    )


def _rows(routes: list[str], callers: tuple[ReachedFirst, ...]) -> Iterator[tuple[str, ...]]:
    for number, each in enumerate(callers):
        yield ("" if number else "\n".join(routes), each.caller, each.steady, each.burst)
