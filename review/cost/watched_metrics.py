"""How many metrics CloudWatch charges for, as constructs/observability creates them (a test compares both)."""

from settings.alarms import alarms
from settings.environment import Environment
from settings.watched import (
    has_limit_metrics,
    limiting_layers,
)

# Count, Latency, IntegrationLatency, 4XXError and 5XXError: settings/metrics.py.
_OF_A_METHOD = 5


def filter_metrics(environment: Environment) -> int:
    """Metrics of the access log's filters: one for each layer that limits requests, and one for each of its routes."""
    if not has_limit_metrics(environment):
        return 0
    return len(limiting_layers(environment)) * (1 + len(environment.routes))


def route_metrics(environment: Environment) -> int:
    """Metrics of `detailed_metrics` for every method that is called. The preflight of a path is a method too."""
    if not environment.observability.detailed_metrics:
        return 0
    methods = {(route.method, route.path) for route in environment.routes}
    if environment.cors is not None:
        methods |= {("OPTIONS", route.path) for route in environment.routes}
    return _OF_A_METHOD * len(methods)


def alarm_metrics(environment: Environment) -> int:
    """The metrics that the alarms read. CloudWatch charges for each metric of an alarm."""
    return sum(len(alarm.metrics) for alarm in alarms(environment))
