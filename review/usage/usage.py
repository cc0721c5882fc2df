"""How much of the limits in tokens each caller has used, from the table that the functions write."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from review.refusal import ReviewError
from settings.environment import Environment
from settings.stage_names import token_table_name
from settings.token_limits.covering import PLAN, metered_routes

# The same as in constructs/gateway/metered_function/limits.mjs.
_WINDOW = 10**18
_NANOSECONDS = 10**9
_MINUTE = 60 * _NANOSECONDS
_KINDS = {
    "r": "requests_per_minute",
    "t": "tokens_per_minute",
    "d": "tokens_per_day",
    "u": "usd_per_month",
    "c": "concurrent_requests",
}
_UNITS = {"r": "requests", "t": "tokens", "d": "tokens today", "u": "USD this month", "c": "running"}

Item = Mapping[str, int | str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """One budget of one caller."""

    id: str
    """The id of the item."""

    caller: str
    """The key's name if it is known, otherwise the item's id."""

    name: str
    what: str
    used: float
    limit: float | None
    """None if the file no longer has such a limit, or the key's plan is unknown."""


def table_name(environment: Environment) -> str:
    """The name of the environment's table."""
    if not metered_routes(environment):
        raise ReviewError(f"{environment.name} limits no tokens, money or concurrent requests: there is no table")
    return token_table_name(environment)


def hashed(values: list[str]) -> str:
    """The same as in the function (identity.mjs)."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:22]


def item_of_key(key_id: str) -> str:
    """Whether the table has that key."""
    return f"api_key#{hashed([key_id])}"


def id_of_caller(said: str, items: list[Item], keys: Mapping[str, str]) -> str:
    """The id of the caller's item. `said`: a key's name, or that id; `keys` are the names of keys by id.

    Raises ReviewError if the table has no such item.
    """
    ids = {name: item_of_key(key_id) for key_id, name in keys.items()}
    found = ids.get(said, said)
    if found not in {str(item["id"]) for item in items}:
        raise ReviewError(f"--reset {said}: the table has no such caller; `usage` lists those that it has")
    return found


def usages(
    environment: Environment, items: list[Item], keys: Mapping[str, str], *, now: float | None = None
) -> tuple[Usage, ...]:
    """What each caller has used at that time; `keys` are the names of keys by id."""
    names = {item_of_key(key_id): name for key_id, name in keys.items()}
    at = time.time() if now is None else now
    return tuple(found for item in items for found in _of_item(environment, item, names, at))


def _of_item(environment: Environment, item: Item, names: Mapping[str, str], now: float) -> Iterator[Usage]:
    caller = str(item["id"])
    key = names.get(caller)
    for attribute, level in sorted(item.items()):
        name, _, kind = attribute.partition(":")
        if kind not in _KINDS or isinstance(level, str):
            continue
        limit = _limit(environment, name, _KINDS[kind], plan_of(environment, key))
        yield Usage(
            id=caller,
            caller=key or caller,
            name=name,
            what=_UNITS[kind],
            used=_used(kind, level, limit, now),
            limit=limit,
        )


def _used(kind: str, level: int, limit: float | None, now: float) -> float:
    if kind == "c":
        return level
    if kind in {"r", "t"}:
        ahead = max(0, level - int(now * _NANOSECONDS))
        return ahead * (limit or 0) / _MINUTE
    moment = datetime.fromtimestamp(now, UTC)
    window = int(now // 86_400) if kind == "d" else moment.year * 12 + moment.month - 1
    used = level - window * _WINDOW
    return max(0, used) / (_NANOSECONDS if kind == "u" else 1)


def plan_of(environment: Environment, key: str | None) -> str | None:
    """The plan of the key of that name; None if no plan of the file has it."""
    return next(
        (name for name, plan in environment.usage_plans.items() if key in {each.name for each in plan.keys}), None
    )


def _limit(environment: Environment, name: str, kind: str, plan: str | None) -> float | None:
    if name == PLAN:
        return environment.usage_plans[plan].token_limits.get(kind) if plan else None
    found = next((limit for limit in environment.token_limits if limit.name == name), None)
    whole = None if found is None else found.token_limits.get(kind)
    if found is None or whole is None or found.shards == 1:
        return whole
    # An item has an equal part, as meter.mjs gives it.
    return whole / found.shards if kind == "usd_per_month" else max(1, whole // found.shards)
