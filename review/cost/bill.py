"""The monthly cost of an environment, and its use of the web ACL's capacity."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from review.answer_seconds import ANSWER_SECONDS
from review.cost.log_size import WAF_RECORD, access_log_bytes
from review.cost.model_functions import model_function, token_metrics
from review.cost.prices import Price, Prices, TieredPrice
from review.cost.watched_metrics import alarm_metrics, filter_metrics, route_metrics
from settings.environment import Environment
from settings.token_limits.covering import covering
from settings.waf import USUAL_BODY_SIZE, capacity
from settings.waf.capacity import Capacity
from settings.waf.web_acl_rules import web_acl_rules
from settings.watched import access_log, has_own_web_acl, waf_log

_MILLION = 1_000_000
_GB = 1_000_000_000
_DAYS_OF_A_MONTH = 30
SECONDS_OF_A_MONTH = _DAYS_OF_A_MONTH * 86_400
_CAPACITY_STEP, _BODY_STEP = 500, 16

# Assumed; the function only copies a header. constructs/gateway/bearer_key.py sets the memory.
_BEARER_KEY_SECONDS, _BEARER_KEY_GB = 0.005, 0.125

# One to reserve, one to settle, and some that are repeated because the state has changed:
# tests/metering/test_workers.py.
WRITES_OF_A_REQUEST = 2.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """The traffic of one month."""

    requests: int
    blocked_share: float = 0.0
    """The share that WAF blocks, or counts if it only counts; 0 to 1."""

    answer_seconds: float = ANSWER_SECONDS
    """How long a model takes to answer, to the last token."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One item of the bill."""

    item: str
    quantity: float
    unit: str
    price: str
    """The name of its price in the price file."""

    dollars: float


def web_acl_capacity(environment: Environment) -> Capacity | None:
    """None if the stack has no web ACL."""
    waf = environment.waf
    if waf is None or not has_own_web_acl(environment):
        return None
    return capacity.capacity(web_acl_rules(waf, environment.routes, environment.path_prefixes))


def bill(environment: Environment, traffic: Traffic, prices: Prices, *, with_free: bool = False) -> tuple[Line, ...]:
    """The items of one month; `with_free` subtracts each account's free amount, as if the account had nothing else."""
    bills = _Bill(prices, with_free=with_free)
    return tuple(bills.lines(environment, traffic))


class _Bill:
    """Applies the prices."""

    def __init__(self, prices: Prices, *, with_free: bool) -> None:
        self._prices = prices
        self._with_free = with_free
        self._charged = defaultdict[str, float](float)

    def lines(self, environment: Environment, traffic: Traffic) -> Iterator[Line]:
        yield from self._waf(environment, traffic.requests / _MILLION)
        yield self._line("API Gateway: requests", traffic.requests / _MILLION, "api_gateway_requests")
        yield from self._bearer_key(environment, traffic.requests)
        yield from self._token_limits(environment, traffic.requests / _MILLION)
        yield from self._model_function(environment, traffic)
        yield from self._logs(environment, traffic)
        yield from self._metrics(environment)

    def _line(self, item: str, quantity: float, name: str) -> Line:
        """A line is charged on top of the lines before it: they share the tiers and the free amount of their price."""
        price: Price | TieredPrice = getattr(self._prices, name)
        before = self._charged[name]
        self._charged[name] += quantity
        after = price.dollars(before + quantity, with_free=self._with_free)
        dollars = after - price.dollars(before, with_free=self._with_free)
        return Line(item=item, quantity=quantity, unit=price.unit, price=name, dollars=dollars)

    def _bearer_key(self, environment: Environment, requests: int) -> Iterator[Line]:
        if not environment.has_bearer_key:
            return
        calls = bearer_key_calls(environment, requests)
        yield self._line("Lambda: API keys by Bearer", calls / _MILLION, "lambda_requests")
        gb_seconds = calls * _BEARER_KEY_SECONDS * _BEARER_KEY_GB
        yield self._line("Lambda: their time", gb_seconds, "lambda_gb_seconds")

    def _token_limits(self, environment: Environment, millions: float) -> Iterator[Line]:
        """Requests to routes with limits in tokens. Their share is unknown, so all requests count."""
        if items := items_of_a_request(environment):
            yield self._line("DynamoDB: limits in tokens", millions * items * WRITES_OF_A_REQUEST, "dynamodb_writes")

    def _model_function(self, environment: Environment, traffic: Traffic) -> Iterator[Line]:
        """Requests to routes with a packaged function. Their share is unknown, so all requests call the dearest one."""
        if function := model_function(environment, traffic.answer_seconds):
            millions = traffic.requests / _MILLION
            yield self._line("Lambda: in front of the model", millions, "lambda_requests")
            gb_seconds = traffic.requests * function.gb_seconds
            yield self._line("Lambda: in front of the model, its time", gb_seconds, "lambda_gb_seconds")
            gigabytes = traffic.requests * function.log_bytes / _GB
            yield from self._log("function in front of the model", gigabytes, function.retention_in_days)

    def _waf(self, environment: Environment, millions: float) -> Iterator[Line]:
        waf, wcu = environment.waf, web_acl_capacity(environment)
        if waf is None:
            return
        if wcu is not None:
            yield self._line("WAF: web ACL", 1, "waf_web_acl")
            yield self._line("WAF: rules", len(wcu.rules), "waf_rule")
        yield self._line("WAF: requests", millions, "waf_requests")
        if wcu is not None and wcu.estimate > capacity.INCLUDED:
            steps = math.ceil((wcu.estimate - capacity.INCLUDED) / _CAPACITY_STEP)
            yield self._line("WAF: capacity above 1,500 WCU", steps * millions, "waf_capacity")
        body = waf.inspected_body_size_kb or USUAL_BODY_SIZE
        if body > USUAL_BODY_SIZE:
            steps = (body - USUAL_BODY_SIZE) // _BODY_STEP
            yield self._line(f"WAF: bodies up to {body} KB", steps * millions, "waf_body")
        if any(group.is_bot_control for group in waf.managed_rule_groups):
            yield self._line("WAF: Bot Control", 1, "waf_bot_control")
            yield self._line("WAF: requests of Bot Control", millions, "waf_bot_control_requests")
        if any(group.is_anti_ddos for group in waf.managed_rule_groups):
            yield self._line("WAF: Anti-DDoS", 1, "waf_anti_ddos")
            yield self._line("WAF: requests of Anti-DDoS", millions, "waf_anti_ddos_requests")

    def _logs(self, environment: Environment, traffic: Traffic) -> Iterator[Line]:
        if access := access_log(environment):
            gigabytes = traffic.requests * access_log_bytes(environment) / _GB
            yield from self._log("access log", gigabytes, access.retention_in_days)
        if blocked := waf_log(environment):
            gigabytes = traffic.requests * traffic.blocked_share * WAF_RECORD / _GB
            yield from self._log("WAF log", gigabytes, blocked.retention_in_days)

    def _log(self, name: str, gigabytes: float, retention_in_days: int) -> Iterator[Line]:
        yield self._line(f"Logs: {name}", gigabytes, "logs_ingested")
        kept = gigabytes * retention_in_days / _DAYS_OF_A_MONTH
        yield self._line(f"Logs: {name}, kept {retention_in_days} days", kept, "logs_stored")

    def _metrics(self, environment: Environment) -> Iterator[Line]:
        counts = (
            ("CloudWatch: metrics of filters and routes", "metrics", _metrics(environment)),
            ("CloudWatch: metrics of limits in tokens", "metrics", token_metrics(environment)),
            ("CloudWatch: alarms", "alarm_metrics", alarm_metrics(environment)),
            ("CloudWatch: dashboard", "dashboards", int(environment.observability.dashboard)),
        )
        for item, price, count in counts:
            if count:
                yield self._line(item, count, price)


def _metrics(environment: Environment) -> int:
    return filter_metrics(environment) + route_metrics(environment)


def items_of_a_request(environment: Environment) -> int:
    """How many items of the table one request changes, on the route that changes the most."""
    return max((len({budget.by for budget in covering(environment, route)}) for route in environment.routes), default=0)


def bearer_key_calls(environment: Environment, requests: int) -> float:
    """How often AWS calls the authorizer: for each request, or at most once per key while it caches the answer."""
    seconds = environment.api.authorizer_result_ttl_in_seconds
    keys = sum(len(plan.keys) for plan in environment.usage_plans.values())
    if not seconds or not keys:
        return requests
    return min(requests, keys * SECONDS_OF_A_MONTH / seconds)
