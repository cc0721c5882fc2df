"""Made-up numbers for a picture of the dashboard: three hours of an imaginary stage with a limit of 20 per second.

In the middle, a burst of honest callers exceeds the throttle. Towards the end, one IP address sends 30 requests per
second: the throttle refuses some of them at once, and WAF's rate rule blocks the address two minutes later.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tools.dashboard_picture.widgets import Line, Widget, columns

MINUTES = 180
START_HOUR = 9
"""The first of the hours on the time axis."""

Series = NDArray[np.float64]
Rows = tuple[tuple[str, ...], ...]

_LIMIT_PER_MINUTE = 20 * 60
_random = np.random.default_rng(0)
_minute = np.arange(MINUTES, dtype=np.float64)


def _bell(middle: float, width: float) -> Series:
    return np.exp(-(((_minute - middle) / width) ** 2))


def _around(level: Series | float, spread: float) -> Series:
    return np.maximum(level * _random.normal(1, spread, MINUTES), 0)


_honest = _around(60 * (9 + 2 * np.sin(_minute / 25)) + 60 * 17 * _bell(100, 5), 0.04)
_abuser = _around(60 * 30 * np.clip(_minute - 140, 0, 1), 0.04)
_blocked = np.where(_minute >= 143, _abuser, 0.0)  # noqa: PLR2004  # WAF reacts with a delay
_first_route = _honest + _abuser
_other_routes = _around(60 * 2.5, 0.1)
_throttled = np.maximum(_first_route - _blocked - _LIMIT_PER_MINUTE, 0)
_load = np.minimum(_first_route - _blocked, _LIMIT_PER_MINUTE) / _LIMIT_PER_MINUTE

_LATENCY_MS = {"p50": 700, "p90": 1_900, "p99": 4_200}
_latency = {stat: _around(level * (1 + 0.7 * _load**2), 0.06) for stat, level in _LATENCY_MS.items()}
_GATEWAY_MS = 14

_SUMS: dict[str, Series] = {
    "Count": _first_route + _other_routes,
    "4XXError": _throttled + _blocked + _around(5, 0.5),
    "5XXError": np.floor(_around(0.8 + 9 * _bell(102, 6), 0.9)),
    "Throttled": _throttled,
    "WafBlocked": _blocked,
}
_SUMS_OF_FIRST_ROUTE: dict[str, Series] = {"Count": _first_route, "ThrottledByRoute": _throttled}
_SUMS_OF_OTHER_ROUTES: dict[str, Series] = {"Count": _other_routes, "ThrottledByRoute": np.zeros(MINUTES)}
_PERCENTILES: dict[str, Callable[[str], Series]] = {
    "Latency": lambda stat: _latency[stat],
    "IntegrationLatency": lambda stat: _latency[stat] - _GATEWAY_MS,
}

_ROWS: dict[tuple[str, ...], Rows] = {
    ("sourceIp", "apiKeyId", "errorResponseType", "wafResponseCode", "limited", "since", "latest"): (
        ("203.0.113.7", "-", "WAF_FILTERED", "WAF_BLOCK", "66,750", "11:23", "11:59"),
        ("203.0.113.7", "-", "THROTTLED", "WAF_ALLOW", "1,602", "11:21", "11:22"),
        ("198.51.100.24", "-", "THROTTLED", "WAF_ALLOW", "412", "10:38", "10:42"),
        ("198.51.100.80", "-", "THROTTLED", "WAF_ALLOW", "265", "10:38", "10:42"),
    ),
    ("status", "errorResponseType", "httpMethod", "resourcePath", "answers"): (
        ("429", "WAF_FILTERED", "POST", "/v1/chat/completions", "66,788"),
        ("429", "THROTTLED", "POST", "/v1/chat/completions", "2,926"),
        ("400", "-", "POST", "/v1/chat/completions", "838"),
        ("504", "INTEGRATION_TIMEOUT", "POST", "/v1/chat/completions", "223"),
        ("404", "-", "GET", "/v1/models", "64"),
    ),
    ("httpRequest.clientIp", "httpRequest.country", "terminatingRuleId", "blocked"): (
        ("203.0.113.7", "DE", "per-ip", "66,750"),
        ("198.51.100.133", "US", "per-ip", "38"),
    ),
}

_IN_ALARM = ("-waf-blocked",)


def series(line: Line, first_route: str) -> Series:
    """A made-up value for each minute. Raises ValueError for a metric that nothing is made up for."""
    if line.metric in _PERCENTILES:
        return _PERCENTILES[line.metric](line.stat)
    route = line.dimensions.get("Resource")
    of = _SUMS if route is None else _SUMS_OF_FIRST_ROUTE if route == first_route else _SUMS_OF_OTHER_ROUTES
    if line.metric not in of:
        raise ValueError(f"{line.metric}: add a made-up series to tools/dashboard_picture/sample.py")
    return of[line.metric] / line.divided_by


def rows(widget: Widget) -> Rows:
    """Made-up rows for a log widget's columns. Raises ValueError for columns that nothing is made up for."""
    if columns(widget) not in _ROWS:
        raise ValueError(f"{widget.title}, columns {columns(widget)}: add rows to tools/dashboard_picture/sample.py")
    return _ROWS[columns(widget)]


def is_in_alarm(alarm: str) -> bool:
    """The made-up state of an alarm, by its name."""
    return alarm.endswith(_IN_ALARM)
