"""How many metrics CloudWatch charges for, as its constructs make them (constructs/observability; a test compares)."""

from settings.environment import Environment
from settings.watched import (
    has_limit_metrics,
    has_own_web_acl,
    limiting_layers,
    refusing_metrics,
    routes_with_own_limit,
)

# Count, Latency, IntegrationLatency, 4XXError and 5XXError: settings/observability/metrics.py.
_OF_A_METHOD = 5

# A share is one metric divided by another.
_OF_A_SHARE = 2


def filter_metrics(environment: Environment) -> int:
    """Those of the access log's metric filters: for each layer that limits one, and one for each route."""
    if not has_limit_metrics(environment):
        return 0
    return len(limiting_layers(environment)) * (1 + len(environment.routes))


def route_metrics(environment: Environment) -> int:
    """Those of `detailed_metrics`, of every method that is called; a path's preflight is one."""
    if not environment.observability.detailed_metrics:
        return 0
    methods = {(route.method, route.path) for route in environment.routes}
    if environment.cors is not None:
        methods |= {("OPTIONS", route.path) for route in environment.routes}
    return _OF_A_METHOD * len(methods)


def alarm_metrics(environment: Environment) -> dict[str, int]:
    """How many each alarm looks at, by the alarm's Terraform name."""
    alarms = environment.observability.alarms
    if alarms is None:
        return {}
    with_web_acl, detailed = has_own_web_acl(environment), environment.observability.detailed_metrics
    there = {
        "throttled": (alarms.throttled_percent != "off" and has_limit_metrics(environment), _OF_A_SHARE),
        "server_errors": (alarms.server_error_percent != "off", _OF_A_SHARE),
        "latency": (alarms.latency_p99_ms != "off", 1),
        "integration_latency": (alarms.integration_latency_p99_ms != "off", 1),
        "waf_blocked": (alarms.waf_blocked_requests != "off" and with_web_acl, 1),
    } | {
        f"near_limit_{route.address}": (
            alarms.near_limit_percent != "off" and detailed,
            1 + len(refusing_metrics(environment)),
        )
        for route, _ in routes_with_own_limit(environment)
    }
    return {alarm: metrics for alarm, (is_there, metrics) in there.items() if is_there}
