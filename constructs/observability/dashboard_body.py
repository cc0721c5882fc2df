"""The dashboard as JSON for CloudWatch, with one row for each question."""

from collections.abc import Sequence
from typing import Any

from constructs.observability import queries
from settings.environment import Environment
from settings.layer import Layer
from settings.metrics import (
    Metric,
    TokenMetric,
    limited_metric,
    limited_route_metric,
    route_metric,
    stage_metric,
    token_limits_metric,
    waf_blocked_metric,
)
from settings.throttling import Throttle
from settings.token_limits.covering import metered_routes
from settings.watched import (
    access_log,
    access_log_group,
    has_limit_metrics,
    has_own_web_acl,
    limiting_layers,
    waf_log,
    waf_log_group,
)

Widget = dict[str, Any]

# The grid of a dashboard has 24 columns: CloudWatch-Dashboard-Body-Structure.html, "Widgets Array Structure".
_COLUMNS = 24
_HEIGHT = 6
_TITLE_HEIGHT = 1
_PERIOD = 60
# In one alarm widget: the same page, "Properties of an Alarm Widget Object".
_MOST_ALARMS = 100


def dashboard_body(environment: Environment, alarm_arns: Sequence[str]) -> dict[str, Any]:
    """The body, in the structure that CloudWatch documents and tests/aws/dashboard_structure.json contains."""
    body = _Rows(environment.aws.region)
    if alarm_arns:
        parts = [alarm_arns[start : start + _MOST_ALARMS] for start in range(0, len(alarm_arns), _MOST_ALARMS)]
        body.add("Is anything ringing?", [body.alarms(part) for part in parts])
    body.add("How much traffic is there, against the limit?", _traffic(environment, body))
    body.add("Who is limited, and by which layer?", _limited(environment, body))
    body.add("How long do callers wait?", _latency(environment, body))
    body.add("What fails?", _errors(environment, body))
    if metered_routes(environment):
        body.add("Who uses up which limit in tokens?", _token_limits(environment, body))
    if waf_log(environment):
        source = waf_log_group(environment)
        body.add("Which IPs does WAF block?", [body.log("Blocked by WAF", source, queries.TOP_BLOCKED_IPS)])
    return {"start": "-PT3H", "periodOverride": "inherit", "widgets": body.widgets}


class _Rows:
    """Places rows of widgets below each other, each with a title."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._y = 0
        self.widgets: list[Widget] = []

    def add(self, question: str, widgets: Sequence[Widget]) -> None:
        """Add a row, whose widgets share its width."""
        title = {"type": "text", "properties": {"markdown": f"## {question}", "background": "transparent"}}
        self.widgets.append({**title, "x": 0, "y": self._y, "width": _COLUMNS, "height": _TITLE_HEIGHT})
        self._y += _TITLE_HEIGHT
        width = _COLUMNS // len(widgets)
        for index, widget in enumerate(widgets):
            self.widgets.append({**widget, "x": index * width, "y": self._y, "width": width, "height": _HEIGHT})
        self._y += _HEIGHT

    def metrics(self, title: str, metrics: list[list[Any]], *, annotations: Sequence[Widget] = (), unit: str) -> Widget:
        """Lines over time: sums, unless a line has another statistic."""
        properties: dict[str, Any] = {
            "title": title,
            "region": self._region,
            "view": "timeSeries",
            "stacked": False,
            "period": _PERIOD,
            "stat": "Sum",
            "metrics": metrics,
            "yAxis": {"left": {"min": 0, "label": unit, "showUnits": False}},
        }
        if annotations:
            properties["annotations"] = {"horizontal": list(annotations)}
        return {"type": "metric", "properties": properties}

    def log(self, title: str, log_group: str, query: str) -> Widget:
        """A table of what a Logs Insights query finds."""
        text = f"SOURCE '{log_group}' | {query}"
        return {
            "type": "log",
            "properties": {"title": title, "region": self._region, "view": "table", "query": text},
        }

    def alarms(self, arns: Sequence[str]) -> Widget:
        """All alarms and their states."""
        return {"type": "alarm", "properties": {"title": "Alarms", "alarms": list(arns)}}


def _token_limits(environment: Environment, body: _Rows) -> list[Widget]:
    used: tuple[TokenMetric, ...] = ("TokensReserved", "TokensUsed")
    refused: tuple[TokenMetric, ...] = ("RequestsRefused", "TokensRefused", "BudgetRefused", "ConcurrencyRefused")
    broken: tuple[TokenMetric, ...] = ("WouldRefuse", "LimiterUnavailable", "SettleFailed")
    return [
        body.metrics(title, [_line(token_limits_metric(environment, name), label=name) for name in names], unit=unit)
        for title, names, unit in (
            ("Tokens", used, "tokens"),
            ("Refused by the function", refused, "requests"),
            ("Would be refused; not counted", broken, "requests"),
        )
    ]


def _traffic(environment: Environment, body: _Rows) -> list[Widget]:
    stage = environment.throttling
    requests = stage_metric(environment, "Count")
    per_second = [
        _line(requests, id="requests", visible=False),
        [{"expression": "requests / PERIOD(requests)", "label": "requests per second", "id": "rate"}],
    ]
    # AWS applies the limit to each method, so the total of all methods may be above the line.
    limit = _limit("stage rate_limit, of each route", stage.rate_limit)
    widgets = [body.metrics("All routes", per_second, annotations=[limit], unit="requests per second")]
    if environment.observability.detailed_metrics:
        widgets.append(_routes(environment, body))
    return widgets


def _routes(environment: Environment, body: _Rows) -> Widget:
    lines: list[list[Any]] = []
    limits: dict[str, float] = {}
    for index, route in enumerate(environment.routes):
        throttle = environment.throttling.throttle_of(route.key)
        lines.append(_line(route_metric(environment, route, "Count"), id=f"m{index}", visible=False))
        rate = {"expression": f"m{index} / PERIOD(m{index})", "label": route.key, "id": f"r{index}"}
        lines.append([rate])
        if isinstance(throttle, Throttle):
            own = route.key in environment.throttling.routes
            limits[f"{route.key} rate_limit" if own else "stage rate_limit"] = throttle.rate_limit
    annotations = [_limit(label, value) for label, value in limits.items()]
    return body.metrics("Each route", lines, annotations=annotations, unit="requests per second")


def _limited(environment: Environment, body: _Rows) -> list[Widget]:
    if not has_limit_metrics(environment):
        # Without the access log, a throttled request cannot be told apart from other 4XX.
        lines = [_line(stage_metric(environment, "4XXError"), label="4XX, whatever the reason")]
        if has_own_web_acl(environment):
            lines.append(_line(waf_blocked_metric(environment), label="WAF"))
        return [body.metrics("Refused requests", lines, unit="requests")]
    lines = [_line(limited_metric(environment, layer), label=layer.words) for layer in limiting_layers(environment)]
    by_route = [
        _line(limited_route_metric(environment, Layer.THROTTLE, route), label=route.key) for route in environment.routes
    ]
    return [
        body.metrics("By layer", lines, unit="requests"),
        body.metrics("Throttled, by route", by_route, unit="requests"),
        body.log("Hardest hit callers", access_log_group(environment), queries.WHO_IS_LIMITED),
    ]


def _latency(environment: Environment, body: _Rows) -> list[Widget]:
    latency, integration = stage_metric(environment, "Latency"), stage_metric(environment, "IntegrationLatency")
    return [
        body.metrics(
            "Until the answer", [_line(latency, stat=stat, label=stat) for stat in _PERCENTILES], unit="milliseconds"
        ),
        body.metrics(
            "Of that, the backend",
            [_line(integration, stat=stat, label=stat) for stat in _PERCENTILES],
            unit="milliseconds",
        ),
    ]


_PERCENTILES = ("p50", "p90", "p99")


def _errors(environment: Environment, body: _Rows) -> list[Widget]:
    lines = [
        _line(stage_metric(environment, "4XXError"), label="4XX"),
        _line(stage_metric(environment, "5XXError"), label="5XX"),
    ]
    widgets = [body.metrics("Errors", lines, unit="answers")]
    if access_log(environment):
        widgets.append(body.log("By status and reason", access_log_group(environment), queries.ERRORS))
    return widgets


def _line(metric: Metric, **rendering: Any) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return [metric.namespace, metric.name, *dimensions, rendering]


def _limit(label: str, value: float) -> Widget:
    return {"label": label, "value": value, "color": "#d62728", "fill": "above"}
