"""For every route, what each layer lets through."""

from dataclasses import dataclass

from review.layers.layer import Layer
from review.layers.layers import Layers, Plan, RateWindow, RouteLimits
from settings.throttling import BLOCKED, Throttle
from settings.usage_plan import Quota

_MINUTE = 60
PERIOD_SEC = {"DAY": 86_400, "WEEK": 7 * 86_400, "MONTH": 30 * 86_400}
"""A month is 30 days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """One layer of one route."""

    route: str
    layer: Layer
    name: str
    """The name of the WAF rule or the plan."""

    per_second: float | None
    """None: the layer has no limit. For a quota or a WAF rule: spread evenly over the period."""

    at_once: float | None
    """How many requests pass before the first is refused, if there were none before. None: all of them, because a WAF
    rule looks too late for that."""

    period_sec: int | None = None
    """The period of a quota (a month is 30 days here) or the window of a WAF rule."""

    in_period: int | None = None
    """How many requests such a limit lets through in that time."""

    shared_by: str
    shared: bool
    """By all callers; False if each client has its own limit."""

    key: tuple[str, ...] = ()
    """What a WAF rule counts by."""

    blocks: bool = True
    """False for a WAF rule that only counts."""

    @property
    def blocked(self) -> bool:
        """Whether the layer is the result of `blocked`."""
        return (self.per_second, self.at_once) == (BLOCKED.rate_limit, BLOCKED.burst_limit)

    @property
    def per_minute(self) -> float | None:
        """The same per minute."""
        return None if self.per_second is None else self.per_second * _MINUTE


def limits(layers: Layers) -> tuple[Limit, ...]:
    """In AWS's order of evaluation, route by route."""
    return tuple(limit for route in layers.routes for limit in route_limits(layers, route))


def route_limits(layers: Layers, route: RouteLimits) -> list[Limit]:
    found = [_window_limit(route, window) for window in layers.windows if window.covers(route.key)]
    if route.key_required:
        for plan in layers.plans:
            found += plan_limits(route, plan)
    found.append(bucket_limit(route, Layer.METHOD if route.own else Layer.STAGE, "", route.bucket))
    found.append(bucket_limit(route, Layer.ACCOUNT, "", layers.account))
    return found


def _window_limit(route: RouteLimits, window: RateWindow) -> Limit:
    return Limit(
        route=route.key,
        layer=Layer.WAF,
        name=window.name,
        per_second=window.per_second,
        at_once=None,
        period_sec=window.window_sec,
        in_period=window.limit,
        shared_by=_counted_by_words(window),
        shared=not window.key,
        key=window.key,
        blocks=window.blocks,
    )


def _counted_by_words(window: RateWindow) -> str:
    words = {"ip": "IP", "forwarded_ip": "forwarded IP", "asn": "network (ASN)"}
    if not window.key:
        return "all callers"
    parts = (words.get(part, part.replace(":", " ").replace("_", " ")) for part in window.key)
    return f"each {' and '.join(parts)}"


def plan_limits(route: RouteLimits, plan: Plan) -> list[Limit]:
    found = []
    own = plan.bucket_of(route.key)
    if own is not None:
        found.append(bucket_limit(route, Layer.USAGE_PLAN, f"{plan.name} on this route", own))
    if plan.bucket is not None:
        found.append(bucket_limit(route, Layer.USAGE_PLAN, plan.name, plan.bucket))
    if plan.quota is not None:
        found.append(_quota_limit(route, plan.name, plan.quota))
    return found


def _quota_limit(route: RouteLimits, name: str, quota: Quota) -> Limit:
    period = PERIOD_SEC[quota.period]
    return Limit(
        route=route.key,
        layer=Layer.QUOTA,
        name=name,
        per_second=quota.limit / period,
        at_once=quota.limit,
        period_sec=period,
        in_period=quota.limit,
        shared_by="each key",
        shared=False,
    )


def bucket_limit(route: RouteLimits, layer: Layer, name: str, bucket: Throttle | None) -> Limit:
    whose = {Layer.USAGE_PLAN: "each key", Layer.ACCOUNT: "every API of the account and Region"}
    return Limit(
        route=route.key,
        layer=layer,
        name=name,
        per_second=None if bucket is None else bucket.rate_limit,
        at_once=None if bucket is None else bucket.burst_limit,
        shared_by=whose.get(layer, "all callers"),
        shared=layer != Layer.USAGE_PLAN,
    )
