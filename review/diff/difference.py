"""What is different between two environments: their limits, their routes, their other settings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from review.diff.renamed import alike
from review.diff.token_limits import TokenLimitChange, token_limit_changes
from review.layers.from_settings import layers_of
from review.layers.layer import OF_THE_ROUTE, Layer
from review.limits.limits import Limit, limits
from review.limits.token_limits import token_budgets
from settings.environment import Environment
from settings.file_reference import Code
from settings.problem import field_path
from settings.route import Route
from settings.secrecy import HIDDEN, Where, shown_value, without_secrets
from settings.token_limits.limits import LIMITS
from settings.waf.rate_rule import PREFLIGHTS

_HALF = 0.5
_DECIMALS = 9

# What the limits say already, field by field.
_IN_LIMITS = re.compile(
    r"throttling\..*|usage_plans\.[^.]+\.(throttle|quota|routes)\b.*|aws\.account_(rate|burst)_limit"
    rf"|(usage_plans|token_limits)\.[^.]+\.({'|'.join(LIMITS)})"
    r"|waf\.rate_rules\..*\.(limit|count_limit|evaluation_window_sec)|waf\.mode"
)

Slot = tuple[str, str]
"""The layer, and the WAF rule's or the plan's name. A method's throttle takes the stage's place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitChange:
    """A limit of some routes that is not what it was."""

    routes: tuple[str, ...]
    slot: Slot
    before: Limit | None
    after: Limit | None

    @property
    def name(self) -> str:
        """What it is called in both."""
        return " ".join(self.slot).strip()

    @property
    def layer(self) -> Layer | None:
        """None where the method's throttle takes the place of the stage's, or the other way round."""
        layers = {limit.layer for limit in (self.before, self.after) if limit is not None}
        return layers.pop() if len(layers) == 1 else None

    @property
    def rate(self) -> float | None:
        """How much the steady rate grows: 0.5 is half more, -0.5 half of it. None: from or to no limit."""
        before, after = (None if limit is None else limit.per_second for limit in (self.before, self.after))
        return _growth(before, after)

    @property
    def at_once(self) -> float | None:
        """The same of what passes at once, or in the period of a quota or a WAF rule."""
        return _growth(_at_once(self.before), _at_once(self.after))

    @property
    def flagged(self) -> bool:
        """More than half up or down; or it appears, goes, blocks everything, or stops others than before."""
        if self.before is None or self.after is None:
            return True
        if (self.before.blocks, self.before.key) != (self.after.blocks, self.after.key):
            return True
        return any(growth is None or abs(growth) > _HALF for growth in (self.rate, self.at_once))


def _at_once(limit: Limit | None) -> float | None:
    if limit is None:
        return None
    return limit.at_once if limit.in_period is None else limit.in_period


def _growth(before: float | None, after: float | None) -> float | None:
    if before == after:
        return 0.0
    if before is None or after is None:
        return None
    # 1,500 a day are half more than 1,000, by the day as by the second.
    return round(after / before - 1, _DECIMALS)


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingChange:
    """One field; None where a file does not have it."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """All of it."""

    limits: tuple[LimitChange, ...]
    """Of the routes that both have."""

    token_limits: tuple[TokenLimitChange, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    """Pairs of one that is removed and one that is added, which are the same route under another path."""

    kept: tuple[str, ...]
    settings: tuple[SettingChange, ...]
    """The settings, except for limits and for those of routes that were added or removed."""


def difference(before: Environment, after: Environment) -> Difference:
    """From one environment to the other."""
    old, new = ([route.key for route in environment.routes] for environment in (before, after))
    kept = tuple(route for route in new if route in old)
    added = tuple(route for route in new if route not in old)
    removed = tuple(route for route in old if route not in new)
    return Difference(
        limits=tuple(_limit_changes(before, after, kept)),
        token_limits=token_limit_changes(before, after, kept),
        added=added,
        removed=removed,
        renamed=tuple(_renamed(before, after, removed, added)),
        kept=kept,
        settings=tuple(_setting_changes(before, after, kept)),
    )


def _limit_changes(before: Environment, after: Environment, kept: tuple[str, ...]) -> Iterator[LimitChange]:
    """Routes with the same change of the same limit are one."""
    old, new = _limits_by_route(before), _limits_by_route(after)
    together: dict[tuple[Slot, Any, Any], list[str]] = {}
    found: dict[tuple[Slot, Any, Any], tuple[Limit | None, Limit | None]] = {}
    for route in (*kept, *({PREFLIGHTS} & (old.keys() | new.keys()))):
        was, is_now = old.get(route, {}), new.get(route, {})
        for slot in dict.fromkeys((*was, *is_now)):
            pair = (was.get(slot), is_now.get(slot))
            if route == PREFLIGHTS and None in pair and slot[0] != Layer.WAF:
                continue  # their bucket is there in both; only a rule that counts them has a row for it
            alike = (slot, _comparable(pair[0]), _comparable(pair[1]))
            if alike[1] != alike[2]:
                together.setdefault(alike, []).append(route)
                found.setdefault(alike, pair)
    for alike, routes in together.items():
        before_it, after_it = found[alike]
        yield LimitChange(routes=tuple(routes), slot=alike[0], before=before_it, after=after_it)


def _limits_by_route(environment: Environment) -> dict[str, dict[Slot, Limit]]:
    found: dict[str, dict[Slot, Limit]] = {}
    for limit in limits(layers_of(environment)):
        found.setdefault(limit.route, {})[slot_of(limit)] = limit
    return found


def slot_of(limit: Limit) -> Slot:
    """By which a limit is the same one in another file."""
    return ("method or stage" if limit.layer in OF_THE_ROUTE else limit.layer, limit.name)


def _comparable(limit: Limit | None) -> tuple[object, ...] | None:
    if limit is None:
        return None
    return (limit.per_second, limit.at_once, limit.in_period, limit.period_sec, limit.key, limit.blocks)


def _renamed(
    before: Environment, after: Environment, removed: tuple[str, ...], added: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Only where nothing else is possible: all settings and limits are the same, and no other pair fits either."""
    old, new = _routes_as_they_are(before), _routes_as_they_are(after)
    pairs = [(was, is_now) for was in removed for is_now in added if old[was] == new[is_now] and alike(was, is_now)]
    for was, is_now in pairs:
        if sum(was == other or is_now == another for other, another in pairs) == 1:
            yield was, is_now


def _routes_as_they_are(environment: Environment) -> dict[str, tuple[object, ...]]:
    """What there is to a route apart from its path."""
    limits_of, budgets = _limits_by_route(environment), token_budgets(environment)
    return {
        route.key: (
            _route_settings(route),
            {slot: _comparable(limit) for slot, limit in limits_of[route.key].items()},
            [replace(budget, route="") for budget in budgets if budget.route == route.key],
        )
        for route in environment.routes
    }


def _setting_changes(before: Environment, after: Environment, kept: tuple[str, ...]) -> Iterator[SettingChange]:
    old, new = dict(_fields(before, kept)), dict(_fields(after, kept))
    for where in dict.fromkeys((*old, *new)):
        field = field_path(where)
        if old.get(where) == new.get(where) or _IN_LIMITS.fullmatch(field):
            continue
        was, is_now = (_hide_secrets(where, side[where]) if where in side else None for side in (old, new))
        if was == is_now:  # What differs is in the part that is not shown.
            was = is_now = HIDDEN
        yield SettingChange(field=without_secrets(field), before=was, after=is_now)


def _hide_secrets(where: Where, value: Any) -> object:
    """The value with `HIDDEN` in place of each part that not everyone may read, and of a whole without any other."""
    match value:
        case dict():
            table = {key: _hide_secrets((*where, key), part) for key, part in value.items()}
            return HIDDEN if set(map(str, table.values())) == {HIDDEN} else table
        case list():
            array = [_hide_secrets((*where, index), part) for index, part in enumerate(value)]
            return HIDDEN if set(map(str, array)) == {HIDDEN} else array
        case _:
            return shown_value(where, value)


def _fields(environment: Environment, kept: tuple[str, ...]) -> Iterator[tuple[Where, object]]:
    """Every field that says something, at a place that stays where others are added: a route by its key."""
    table = environment.model_dump(mode="json", by_alias=True, exclude={"name", "routes"})
    yield from _leaves(table, ())
    for route in environment.routes:
        if route.key not in kept:
            continue
        yield from _leaves(_route_settings(route), ("routes", route.key))


def _route_settings(route: Route) -> dict[str, Any]:
    """All but its method and its path; a folder of code by what is in it."""
    settings = route.model_dump(mode="json", exclude={"method", "path"})
    code = getattr(route.integration, "code", None)
    if isinstance(code, Code):
        settings["integration"]["code"] = f"sha256 {code.digest[:12]}"
    return settings


def _leaves(value: Any, where: Where) -> Iterator[tuple[Where, object]]:
    match value:
        case dict():
            for key, each in value.items():
                yield from _leaves(each, (*where, key))
        case [{"name": str()}, *_]:
            for each in value:
                yield from _leaves({key: part for key, part in each.items() if key != "name"}, (*where, each["name"]))
        case None | []:
            pass
        case _:
            yield where, value
