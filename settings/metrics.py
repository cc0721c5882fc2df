"""CloudWatch metrics: those that AWS documents, and those of Spillway's metric filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from settings.fields import EnvironmentFields
from settings.layer import Layer
from settings.route import Route

API_GATEWAY = "AWS/ApiGateway"
WAF = "AWS/WAFV2"

ApiMetric = Literal["4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"]

TokenMetric = Literal[
    "TokensReserved",
    "TokensUsed",
    "UsdUsed",
    "RequestsRefused",
    "TokensRefused",
    "BudgetRefused",
    "ConcurrencyRefused",
    "WouldRefuse",
    "LimiterUnavailable",
    "SettleFailed",
]
"""The names that constructs/gateway/metered_function/meter.mjs uses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric with its dimensions."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


def stage_metric(environment: EnvironmentFields, name: ApiMetric) -> Metric:
    """A metric that API Gateway itself reports for the stage, free of charge."""
    return Metric(
        namespace=API_GATEWAY,
        name=name,
        dimensions={"ApiName": environment.api.name, "Stage": environment.stage.name},
    )


def route_metric(environment: EnvironmentFields, route: Route, name: ApiMetric) -> Metric:
    """A metric that API Gateway reports for one route if `detailed_metrics` is on."""
    stage = stage_metric(environment, name)
    return Metric(
        namespace=API_GATEWAY,
        name=name,
        dimensions={**stage.dimensions, "Method": route.method, "Resource": route.path},
    )


def waf_blocked_metric(environment: EnvironmentFields) -> Metric:
    """The requests that our own web ACL blocked, for all rules together. Its metric name is the API's name."""
    return Metric(
        namespace=WAF,
        name="BlockedRequests",
        dimensions={"WebACL": environment.api.name, "Rule": "ALL", "Region": environment.aws.region},
    )


def limited_namespace(environment: EnvironmentFields) -> str:
    """The namespace of the metric filters of one stage."""
    return f"Spillway/{environment.api.name}/{environment.stage.name}"


def limited_metric(environment: EnvironmentFields, layer: Layer) -> Metric:
    """The requests that a layer limited, counted in the access log."""
    return Metric(namespace=limited_namespace(environment), name=layer.metric, dimensions={})


def token_limits_metric(environment: EnvironmentFields, name: TokenMetric) -> Metric:
    """What the functions in front of models report with the embedded metric format, for all routes together."""
    return Metric(namespace=limited_namespace(environment), name=name, dimensions={})


def limited_route_metric(environment: EnvironmentFields, layer: Layer, route: Route) -> Metric:
    """The requests to one route that a layer limited, counted in the access log."""
    return Metric(
        namespace=limited_namespace(environment),
        name=layer.metric_by_route,
        dimensions={"Method": route.method, "Resource": route.path},
    )
