"""What an environment costs a month, and how much of a web ACL's capacity it takes."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from review.log_size import WAF_RECORD, access_log_bytes
from review.numbers import plain
from review.prices import Price, Prices
from review.table import Report, Table
from review.watched_metrics import alarm_metrics, filter_metrics, route_metrics
from settings.environment import Environment
from settings.waf import USUAL_BODY_SIZE, capacity
from settings.waf.capacity import Capacity
from settings.waf.web_acl_rules import web_acl_rules
from settings.watched import access_log, has_own_web_acl, waf_log

_MILLION = 1_000_000
_GB = 1_000_000_000
_DAYS_OF_A_MONTH = 30
_CAPACITY_STEP, _BODY_STEP = 500, 16


NOT_IN_IT = (
    "the backends (Lambda, Bedrock, SageMaker, load balancers, VPC links), data transfer, PrivateLink and the edge",
    "the execution log, X-Ray, Lambda's own logs, log queries, e-mails, taxes and discounts",
)
CAPACITY = (
    "WCU are an estimate: AWS may charge the same transformation of the same part of a request once (about), or each "
    "time (at most). Its own figure takes an account: aws wafv2 check-capacity."
)
ALL_CHARGED = (
    "Every request is charged as an API Gateway call. AWS does not document whether one is that WAF blocks or a "
    "throttle refuses; people report that it is not."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """A month of it."""

    requests: int
    blocked_share: float = 0.0
    """The share that WAF blocks, or counts where it only counts; 0 to 1."""


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
    """None without a web ACL of our own."""
    waf = environment.waf
    if waf is None or not has_own_web_acl(environment):
        return None
    return capacity.capacity(web_acl_rules(waf, environment.routes, environment.path_prefixes))


def bill(environment: Environment, traffic: Traffic, prices: Prices, *, with_free: bool = False) -> tuple[Line, ...]:
    """A month's items; `with_free` takes off what every account has free, as if this were all that it has."""
    bills = _Bill(prices, with_free=with_free)
    return tuple(bills.lines(environment, traffic))


class _Bill:
    """Knows the prices."""

    def __init__(self, prices: Prices, *, with_free: bool) -> None:
        self._prices = prices
        self._with_free = with_free

    def lines(self, environment: Environment, traffic: Traffic) -> Iterator[Line]:
        yield from self._waf(environment, traffic.requests / _MILLION)
        yield self._api_gateway(traffic.requests / _MILLION)
        yield from self._logs(environment, traffic)
        yield from self._metrics(environment)

    def _line(self, item: str, quantity: float, name: str) -> Line:
        price: Price = getattr(self._prices, name)
        dollars = price.dollars(quantity, with_free=self._with_free)
        return Line(item=item, quantity=quantity, unit=price.unit, price=name, dollars=dollars)

    def _api_gateway(self, millions: float) -> Line:
        price = self._prices.api_gateway_requests
        return Line(
            item="API Gateway: requests",
            quantity=millions,
            unit=price.unit,
            price="api_gateway_requests",
            dollars=price.dollars(millions),
        )

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
            ("CloudWatch: alarms", "alarm_metrics", sum(alarm_metrics(environment).values())),
            ("CloudWatch: dashboard", "dashboards", int(environment.observability.dashboard)),
        )
        for item, price, count in counts:
            if count:
                yield self._line(item, count, price)


def _metrics(environment: Environment) -> int:
    return filter_metrics(environment) + route_metrics(environment)


def report(environment: Environment, traffic: Traffic, prices: Prices, *, with_free: bool = False) -> Report:
    """All of it, to print."""
    wcu = web_acl_capacity(environment)
    lines = bill(environment, traffic, prices, with_free=with_free)
    notes = tuple(_notes(environment, wcu, prices, with_free=with_free))
    total = sum(line.dollars for line in lines)
    return Report(
        title=f"Cost of {environment.name}: {traffic.requests:,} requests a month",
        tables=(*([_capacity_table(wcu)] if wcu else []), _bill_table(lines, traffic, total)),
        notes=notes,
        data={
            "environment": environment.name,
            "requests": traffic.requests,
            "blocked_share": traffic.blocked_share,
            "capacity": None if wcu is None else _capacity_data(wcu),
            "lines": [asdict(line) for line in lines],
            "dollars": total,
            "region_of_prices": prices.general.region,
            "prices": {
                name: price.model_dump(mode="json", exclude_none=True) for name, price in prices.sources.items()
            },
            "free_tier_taken_off": with_free,
            "not_included": list(NOT_IN_IT),
            "notes": list(notes),
        },
    )


def _capacity_table(wcu: Capacity) -> Table:
    rows = [(rule.name, _wcu(rule.estimate), _wcu(rule.upper_bound)) for rule in wcu.rules]
    return Table(
        title="Web ACL capacity units (WCU), rule by rule",
        columns=("rule", "about", "at most"),
        rows=(*rows, ("all rules", _wcu(wcu.estimate), _wcu(wcu.upper_bound))),
        numbers=frozenset({"about", "at most"}),
        caption=f"{capacity.INCLUDED:,} are included, {_share(wcu.estimate, capacity.INCLUDED)} of them used; "
        f"AWS takes {capacity.MOST:,}, {_share(wcu.estimate, capacity.MOST)} used.",
    )


def _wcu(units: int | None) -> str:
    return "unknown" if units is None else f"{units:,}"


def _share(units: int, of: int) -> str:
    return f"{100 * units / of:.0f}%"


def _bill_table(lines: tuple[Line, ...], traffic: Traffic, total: float) -> Table:
    title = "Dollars a month"
    if traffic.blocked_share:
        title += f"; WAF blocks {100 * traffic.blocked_share:g}% of the requests"
    return Table(
        title=title,
        columns=("item", "quantity", "of", "dollars"),
        rows=(
            *((line.item, plain(line.quantity), line.unit, f"{line.dollars:,.2f}") for line in lines),
            ("together", "", "", f"{total:,.2f}"),
        ),
        numbers=frozenset({"quantity", "dollars"}),
    )


def _notes(environment: Environment, wcu: Capacity | None, prices: Prices, *, with_free: bool) -> Iterator[str]:
    region = prices.general.region
    yield f"Not in it: {'; '.join(NOT_IN_IT)}."
    yield ALL_CHARGED
    if wcu is not None:
        yield CAPACITY
        if wcu.unknown:
            yield f"Capacity unknown, left out: {', '.join(wcu.unknown)}."
    elif environment.waf is not None:
        yield "The web ACL is an existing one: its monthly price, its rules and its capacity are its owner's."
    if environment.waf and any(group.vendor_name != "AWS" for group in environment.waf.managed_rule_groups):
        yield "A vendor's managed rule group has a price of its own in AWS Marketplace, which is not in it."
    if access_log(environment) is not None:
        yield f"A line of the access log: {access_log_bytes(environment)} bytes, from its format and usual values."
    if waf_log(environment) is not None:
        yield f"A record of the WAF log: {WAF_RECORD:,} bytes, assumed; only what a rule stops or counts has one."
    if environment.observability.detailed_metrics or filter_metrics(environment):
        yield "Metrics are counted as if every layer limited every route in every hour."
    free = "is taken off" if with_free else "is not taken off; --free-tier does"
    yield f"What every account has free of CloudWatch and Bot Control {free}."
    reads = sorted({price.read for price in prices.sources.values()})
    yield f"Prices of {region}, read {' to '.join(dict.fromkeys((reads[0], reads[-1])))}; --prices takes others."
    second_hand = [name for name, price in prices.sources.items() if price.checked == "second hand"]
    if second_hand:
        yield f"Second hand, since AWS's page shows them in a browser only: {', '.join(second_hand)}."
    if environment.aws.region != region:
        yield f"{environment.name} is in {environment.aws.region}, where prices may differ."


def _capacity_data(wcu: Capacity) -> dict[str, Any]:
    return {
        "rules": [asdict(rule) for rule in wcu.rules],
        "estimate": wcu.estimate,
        "upper_bound": wcu.upper_bound,
        "included": capacity.INCLUDED,
        "most": capacity.MOST,
        "unknown": list(wcu.unknown),
    }
