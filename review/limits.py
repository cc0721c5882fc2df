"""For every route, what each layer lets through, and which one stops whom first."""

from dataclasses import asdict, dataclass

from review.layers import Bucket, Layers, Plan, Quota, RateWindow, RouteLimits
from review.numbers import plain
from review.table import Report, Table

_MINUTE = 60
_PERIOD_SEC = {"DAY": 86_400, "WEEK": 7 * 86_400, "MONTH": 30 * 86_400}

NOTES = (
    "A stage-wide throttle is not one bucket: every method without a throttle of its own gets a bucket of that size.",
    (
        "Throttles and quotas are best effort: targets, not ceilings. Method, stage and account buckets are shared by "
        "all callers."
    ),
    "A WAF rate rule is an estimate: AWS looks back over the window and reacts late, usually within 30 seconds.",
    "The account's bucket is shared with every other REST, HTTP and WebSocket API in the Region.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """One layer of one route."""

    route: str
    layer: str
    """`WAF`, `usage plan`, `quota`, `method`, `stage`, `account`."""

    name: str
    per_second: float | None
    """None: the layer lets everything through."""

    at_once: float | None
    shared_by: str
    shared: bool
    """By all callers; False where each client has its own."""

    blocks: bool = True
    """False for a WAF rule that only counts."""

    @property
    def per_minute(self) -> float | None:
        """The same by the minute."""
        return None if self.per_second is None else self.per_second * _MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Bites:
    """The layer with the lowest steady rate, by who is asking."""

    route: str
    one_client: str
    one_key: str
    everyone: str


def limits(layers: Layers) -> tuple[Limit, ...]:
    """In AWS's order of evaluation, route by route."""
    return tuple(limit for route in layers.routes for limit in _of_route(layers, route))


def _of_route(layers: Layers, route: RouteLimits) -> list[Limit]:
    found = [_of_window(route, window) for window in layers.windows if window.covers(route.key)]
    if route.key_required:
        for plan in layers.plans:
            found += _of_plan(route, plan)
    found.append(_of_bucket(route, "method" if route.own else "stage", "", route.bucket, "everyone"))
    found.append(_of_bucket(route, "account", "", layers.account, "account and Region"))
    return found


def _of_window(route: RouteLimits, window: RateWindow) -> Limit:
    return Limit(
        route=route.key,
        layer="WAF",
        name=f"{window.name}: {window.limit:,} in {window.window_sec} s",
        per_second=window.per_second,
        at_once=window.limit,
        shared_by=f"each {_key(window)}" if window.key else "everyone",
        shared=not window.key,
        blocks=window.blocks,
    )


def _key(window: RateWindow) -> str:
    words = {"ip": "IP address", "forwarded_ip": "forwarded IP address"}
    return " and ".join(words.get(part, part.replace(":", " ")) for part in window.key)


def _of_plan(route: RouteLimits, plan: Plan) -> list[Limit]:
    found = []
    own = plan.bucket_of(route.key)
    if own is not None:
        found.append(_of_bucket(route, "usage plan", f"{plan.name}, this route alone", own, "each API key"))
    if plan.bucket is not None:
        found.append(_of_bucket(route, "usage plan", plan.name, plan.bucket, "each API key"))
    if plan.quota is not None:
        found.append(_of_quota(route, plan.name, plan.quota))
    return found


def _of_quota(route: RouteLimits, name: str, quota: Quota) -> Limit:
    return Limit(
        route=route.key,
        layer="quota",
        name=f"{name}: {quota.limit:,} a {quota.period.lower()}",
        per_second=quota.limit / _PERIOD_SEC[quota.period],
        at_once=quota.limit,
        shared_by="each API key",
        shared=False,
    )


def _of_bucket(route: RouteLimits, layer: str, name: str, bucket: Bucket | None, shared_by: str) -> Limit:
    return Limit(
        route=route.key,
        layer=layer,
        name=name,
        per_second=None if bucket is None else bucket.rate_limit,
        at_once=None if bucket is None else bucket.burst_limit,
        shared_by=shared_by,
        shared=layer != "usage plan",
    )


def bites(found: tuple[Limit, ...]) -> tuple[Bites, ...]:
    """Who is stopped first by what, by the lowest steady rate. One client: one IP address, one key."""
    routes = dict.fromkeys(limit.route for limit in found)
    answers = []
    for route in routes:
        of_route = [limit for limit in found if limit.route == route and limit.blocks and limit.per_second is not None]
        answers.append(
            Bites(
                route=route,
                one_client=_lowest([limit for limit in of_route if limit.layer not in {"usage plan", "quota"}]),
                one_key=_lowest([limit for limit in of_route if limit.layer != "WAF"])
                if any(limit.layer in {"usage plan", "quota"} for limit in of_route)
                else "no plan limits this route",
                everyone=_lowest([limit for limit in of_route if limit.shared]),
            )
        )
    return tuple(answers)


def _lowest(candidates: list[Limit]) -> str:
    if not candidates:
        return "nothing"
    lowest = min(candidates, key=lambda limit: limit.per_second or 0)
    name = f" {lowest.name.partition(':')[0]}" if lowest.name else ""
    return f"{lowest.layer}{name} ({plain(lowest.per_second or 0)}/s)"


def report(layers: Layers, warnings: tuple[str, ...]) -> Report:
    """All of it, to print."""
    found = limits(layers)
    first = bites(found)
    by_layer = tuple(
        Table(
            title=f"{route.key}: what each layer lets through, in AWS's order",
            columns=("layer", "per second", "per minute", "at once", "shared by", "name"),
            rows=tuple(_row(limit) for limit in found if limit.route == route.key),
            numbers=frozenset({"per second", "per minute", "at once"}),
        )
        for route in layers.routes
    )
    by_caller = Table(
        title="What stops a steady caller first",
        columns=("route", "one IP address", "one API key", "everyone together"),
        rows=tuple((each.route, each.one_client, each.one_key, each.everyone) for each in first),
    )
    return Report(
        title=f"Limits of {layers.name}",
        tables=(*by_layer, by_caller),
        notes=(*layers.left_out, *NOTES),
        warnings=warnings,
        data={
            "environment": layers.name,
            "limits": [asdict(limit) | {"per_minute": limit.per_minute} for limit in found],
            "first_to_bite": [asdict(each) for each in first],
            "warnings": list(warnings),
            "notes": [*layers.left_out, *NOTES],
        },
    )


def _row(limit: Limit) -> tuple[str, ...]:
    words = [
        "no limit" if value is None else plain(value) for value in (limit.per_second, limit.per_minute, limit.at_once)
    ]
    return (limit.layer, *words, limit.shared_by, limit.name if limit.blocks else f"{limit.name} (counts only)")
