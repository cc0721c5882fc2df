"""Who is where in the limits in tokens: reads the table that the functions write.

The only command of the review that asks AWS, so it takes boto3 and the credentials of whoever runs it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from review.numbers import plain
from review.refusal import ReviewError
from review.table import Report, Table
from settings.token_limits.covering import PLAN, metered_routes

if TYPE_CHECKING:
    from settings.environment import Environment

# As constructs/gateway/metered_function/limits.mjs has them.
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
    """The item's."""

    caller: str
    """A key's name where it is known, else the item's id."""

    name: str
    what: str
    used: float
    limit: float | None
    """None where the file has no such limit any more, or the key's plan is not known."""


def table_name(environment: Environment) -> str:
    """The table of the environment."""
    if not metered_routes(environment):
        raise ReviewError(f"{environment.name} limits no tokens, money or concurrent requests: there is no table")
    return f"{environment.api.name}-{environment.stage.name}-token-limits"


def hashed(values: list[str]) -> str:
    """As the function does it (identity.mjs)."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:22]


def item_of_key(key_id: str) -> str:
    """Where the table has that key."""
    return f"api_key#{hashed([key_id])}"


def usages(
    environment: Environment, items: list[Item], keys: Mapping[str, str], *, now: float | None = None
) -> tuple[Usage, ...]:
    """What each caller has used at that time; `keys` are the names of keys by their ids."""
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
        limit = _limit(environment, name, _KINDS[kind], _plan_of(environment, key))
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


def _plan_of(environment: Environment, key: str | None) -> str | None:
    return next(
        (name for name, plan in environment.usage_plans.items() if key in {each.name for each in plan.keys}), None
    )


def _limit(environment: Environment, name: str, kind: str, plan: str | None) -> float | None:
    if name == PLAN:
        return environment.usage_plans[plan].token_limits.get(kind) if plan else None
    limits = (limit.token_limits for limit in environment.token_limits if limit.name == name)
    return next(limits, {}).get(kind)


def report(environment: Environment, found: tuple[Usage, ...]) -> Report:
    """The fullest first."""
    ordered = sorted(found, key=lambda usage: -(usage.used / usage.limit if usage.limit else 0))
    return Report(
        title=f"Use of the limits of {environment.name}, as of now",
        tables=(
            Table(
                title="The fullest first",
                columns=("caller", "limit", "what", "used", "of", "%"),
                rows=tuple(_row(usage) for usage in ordered),
                numbers=frozenset({"used", "of", "%"}),
            ),
        ),
        notes=("A caller who is not named is known by a hash only. What runs now counts as it was estimated.",),
        data={
            "environment": environment.name,
            "usage": [
                {"id": each.id, "caller": each.caller, "limit": each.name, "what": each.what}
                | {"used": each.used, "of": each.limit}
                for each in ordered
            ],
        },
    )


def _row(usage: Usage) -> tuple[str, ...]:
    of = "-" if usage.limit is None else plain(usage.limit)
    share = "-" if not usage.limit else f"{100 * usage.used / usage.limit:.0f}"
    return (usage.caller, usage.name, usage.what, plain(round(usage.used, 6)), of, share)


class Aws:
    """The table and the keys, by boto3."""

    def __init__(self, environment: Environment) -> None:
        try:
            import boto3  # noqa: PLC0415  # this command alone needs it
        except ImportError:
            raise ReviewError("usage asks AWS by boto3, which is not installed: pip install boto3") from None
        aws = environment.aws
        made_up = {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"} if aws.endpoint_url else {}
        self._session = boto3.Session(profile_name=aws.profile, region_name=aws.region, **made_up)
        self._endpoint_url = aws.endpoint_url
        self._table = table_name(environment)
        self._prefix = f"{environment.api.name}-"

    def items(self) -> list[Item]:
        """All of the table."""
        found: list[Item] = []
        with _said("the table cannot be read"):
            for page in self._client("dynamodb").get_paginator("scan").paginate(TableName=self._table):
                found += [_read(item) for item in page["Items"]]
        return found

    def keys(self) -> dict[str, str]:
        """Names of the environment's keys, as the file has them, by id. The values are not asked for."""
        found = {}
        with _said("the API keys cannot be listed"):
            for page in self._client("apigateway").get_paginator("get_api_keys").paginate():
                for key in page["items"]:
                    if key["name"].startswith(self._prefix):
                        found[key["id"]] = key["name"].removeprefix(self._prefix)
        return found

    def reset_call(self, id: str) -> str:
        """The call that `reset` makes, to read before."""
        key = json.dumps({"id": {"S": id}})
        return f"aws dynamodb delete-item --table-name {self._table} --key '{key}'"

    def reset(self, id: str) -> None:
        """Give the caller everything back. What runs now is then not counted when it ends."""
        with _said("the item cannot be deleted"):
            self._client("dynamodb").delete_item(TableName=self._table, Key={"id": {"S": id}})

    def _client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint_url)


class _said:  # noqa: N801  # reads as a statement: with _said("...")
    """Turns what boto3 raises into one line."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if error is not None and type(error).__module__.startswith("botocore"):
            raise ReviewError(f"{self._what}: {error}") from None


def _read(item: Mapping[str, Mapping[str, str]]) -> Item:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
