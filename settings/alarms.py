"""The alarms of an environment, declared once. A construct renders them, the review counts them, checks read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from settings.fields import EnvironmentFields
from settings.formatting import decimal
from settings.layer import Layer
from settings.metrics import (
    Metric,
    limited_metric,
    limited_route_metric,
    route_metric,
    stage_metric,
    token_limits_metric,
    waf_blocked_metric,
)
from settings.observability.alarms import PAGES, Alarms
from settings.route import Route
from settings.stage_names import stage_stem
from settings.throttling import Throttle
from settings.token_limits.covering import metered_routes
from settings.watched import has_limit_metrics, has_own_web_acl, refusing_metrics, routes_with_own_limit

NO_THROTTLE_METRIC = (
    "API Gateway has no metric for throttled requests; this needs the access log and its metrics, which need "
    'account_role = "existing" or "create" in [observability]'
)
NO_OWN_WEB_ACL = "this stack has no web ACL"

# A rate_limit is in requests per second. A route's metric has one value per minute.
_MINUTE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """An expression that an alarm evaluates over its metrics. It names them by their ids."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One CloudWatch alarm. It goes off when its value is above the threshold."""

    setting: str
    """The field of `[observability.alarms]` that turns it on or off, such as `throttled_percent`."""

    address: str
    """Its Terraform name, such as `near_limit_post_v1_chat`."""

    name: str
    """Its name in CloudWatch, such as `api-prod-near-limit-post-v1-chat`."""

    words: str
    """The description for the person who gets the alarm."""

    threshold: float
    period: int
    """The period of every metric, in seconds."""

    statistic: Literal["Sum", "p99"]
    metrics: Mapping[str, Metric]
    """The metrics that it reads and that CloudWatch charges for, each by its id in the expression."""

    expression: Expression | None = None
    """None if the alarm reads its only metric directly."""

    @property
    def pages(self) -> bool:
        """Whether it notifies the topic that pages. Otherwise it notifies the informational topic."""
        return PAGES[self.setting]


def alarms(environment: EnvironmentFields) -> tuple[Alarm, ...]:
    """The alarms that are on and have a metric to read. Empty if the file has no table for alarms."""
    settings = environment.observability.alarms
    if settings is None:
        return ()
    missing = missing_for_alarms(environment)
    return tuple(alarm for alarm in _declared(environment, settings) if alarm.setting not in missing)


def missing_for_alarms(environment: EnvironmentFields) -> dict[str, str]:
    """For each alarm that cannot be made, its field and what the environment lacks for it."""
    missing = {}
    if not has_limit_metrics(environment):
        missing["throttled_percent"] = NO_THROTTLE_METRIC
    if not has_own_web_acl(environment):
        missing["waf_blocked_requests"] = NO_OWN_WEB_ACL
    if not environment.observability.detailed_metrics:
        missing["near_limit_percent"] = (
            "needs observability.detailed_metrics = true, which counts requests for each route"
        )
    elif not any(routes_with_own_limit(environment)):
        missing["near_limit_percent"] = "no route has its own rate_limit in throttling.routes"
    if not metered_routes(environment):
        missing["limiter_unavailable"] = "no route has limits in tokens, money or concurrent requests"
    return missing


def _declared(environment: EnvironmentFields, settings: Alarms) -> Iterator[Alarm]:
    stem = stage_stem(environment)
    if settings.throttled_percent != "off":
        yield _share(
            stem,
            settings,
            "throttled_percent",
            "throttled",
            f"More than {settings.throttled_percent:g} % of requests are throttled",
            settings.throttled_percent,
            {"part": limited_metric(environment, Layer.THROTTLE), "requests": stage_metric(environment, "Count")},
        )
    if settings.server_error_percent != "off":
        yield _share(
            stem,
            settings,
            "server_error_percent",
            "server_errors",
            f"More than {settings.server_error_percent:g} % of answers are 5XX",
            settings.server_error_percent,
            {"part": stage_metric(environment, "5XXError"), "requests": stage_metric(environment, "Count")},
        )
    if settings.latency_p99_ms != "off":
        yield Alarm(
            setting="latency_p99_ms",
            address="latency",
            name=f"{stem}-latency",
            words=f"1 % of requests take longer than {settings.latency_p99_ms} ms",
            threshold=settings.latency_p99_ms,
            period=settings.period_sec,
            statistic="p99",
            metrics={"latency": stage_metric(environment, "Latency")},
        )
    if settings.integration_latency_p99_ms != "off":
        yield Alarm(
            setting="integration_latency_p99_ms",
            address="integration_latency",
            name=f"{stem}-integration-latency",
            words=f"1 % of calls of the backend take longer than {settings.integration_latency_p99_ms} ms",
            threshold=settings.integration_latency_p99_ms,
            period=settings.period_sec,
            statistic="p99",
            metrics={"latency": stage_metric(environment, "IntegrationLatency")},
        )
    if settings.waf_blocked_requests != "off":
        yield Alarm(
            setting="waf_blocked_requests",
            address="waf_blocked",
            name=f"{stem}-waf-blocked",
            words=f"WAF blocked more than {settings.waf_blocked_requests} requests in {settings.period_sec} s",
            threshold=settings.waf_blocked_requests,
            period=settings.period_sec,
            statistic="Sum",
            metrics={"blocked": waf_blocked_metric(environment)},
        )
    if settings.limiter_unavailable != "off":
        yield Alarm(
            setting="limiter_unavailable",
            address="limiter_unavailable",
            name=f"{stem}-limiter-unavailable",
            words=f"More than {settings.limiter_unavailable} requests were not held to their limits in tokens, or "
            "refused for want of them",
            threshold=settings.limiter_unavailable,
            period=settings.period_sec,
            statistic="Sum",
            metrics={"unavailable": token_limits_metric(environment, "LimiterUnavailable")},
        )
    if settings.near_limit_percent != "off":
        for route, throttle in routes_with_own_limit(environment):
            yield _near_limit(environment, stem, settings.near_limit_percent, route, throttle)


def _share(
    stem: str,
    settings: Alarms,
    setting: str,
    address: str,
    words: str,
    threshold: float,
    metrics: Mapping[str, Metric],
) -> Alarm:
    """A percentage of the requests. It is 0 if a period has too few requests to judge."""
    least = settings.minimum_requests
    return Alarm(
        setting=setting,
        address=address,
        name=f"{stem}-{address.replace('_', '-')}",
        words=words,
        threshold=threshold,
        period=settings.period_sec,
        statistic="Sum",
        metrics=metrics,
        expression=Expression(
            id="share", label="percent", text=f"IF(requests >= {least}, 100 * FILL(part, 0) / requests, 0)"
        ),
    )


def _near_limit(environment: EnvironmentFields, stem: str, percent: float, route: Route, throttle: Throttle) -> Alarm:
    """The requests of a route in a minute, without those that API Gateway refused and the route's limit never counted.

    Requests that WAF blocked are included: AWS does not document whether `Count` has them.
    """
    refused: dict[str, Metric] = {
        layer: limited_route_metric(environment, layer, route) for layer in refusing_metrics(environment)
    }
    text = " - ".join(["requests", *(f"FILL({layer}, 0)" for layer in refused)])
    return Alarm(
        setting="near_limit_percent",
        address=f"near_limit_{route.address}",
        name=f"{stem}-near-limit-{route.address.replace('_', '-')}",
        words=f"{route.key} uses more than {percent:g} % of its {decimal(throttle.rate_limit)} requests per second",
        threshold=throttle.rate_limit * _MINUTE * percent / 100,
        period=_MINUTE,
        statistic="Sum",
        metrics={"requests": route_metric(environment, route, "Count"), **refused},
        expression=Expression(id="let_through", label="requests", text=text),
    )
