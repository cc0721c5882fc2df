"""How many metrics CloudWatch charges for, as its constructs make them (constructs/observability; a test compares)."""

from settings.environment import Environment
from settings.observability.watched import has_limit_metrics, has_own_web_acl, limiting_layers, routes_with_own_limit

# Count, Latency, IntegrationLatency, 4XXError and 5XXError: settings/observability/metrics.py.
_OF_A_METHOD = 5

# A share is one metric divided by another.
_OF_A_SHARE = 2


def filter_metrics(environment: Environment) -> int:
    """Those of the access log's metric filters: one for each layer that limits, and one for each throttled route."""
    if not has_limit_metrics(environment):
        return 0
    return len(limiting_layers(environment)) + len(environment.routes)


def route_metrics(environment: Environment) -> int:
    """Those of `detailed_metrics`, of every method that is called; a path's preflight is one."""
    if not environment.observability.detailed_metrics:
        return 0
    methods = {(route.method, route.path) for route in environment.routes}
    if environment.cors is not None:
        methods |= {("OPTIONS", route.path) for route in environment.routes}
    return _OF_A_METHOD * len(methods)


def alarm_metrics(environment: Environment) -> int:
    """Those that alarms look at."""
    alarms = environment.observability.alarms
    if alarms is None:
        return 0
    count = 0
    if alarms.throttled_percent != "off" and has_limit_metrics(environment):
        count += _OF_A_SHARE
    if alarms.server_error_percent != "off":
        count += _OF_A_SHARE
    count += sum(threshold != "off" for threshold in (alarms.latency_p99_ms, alarms.integration_latency_p99_ms))
    if alarms.waf_blocked_requests != "off" and has_own_web_acl(environment):
        count += 1
    if alarms.near_limit_percent != "off" and environment.observability.detailed_metrics:
        count += sum(1 for _ in routes_with_own_limit(environment))
    return count
