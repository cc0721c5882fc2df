"""What an environment costs per month, and how much capacity its web ACL uses, as a report."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from review.cost.bill import (
    SECONDS_OF_A_MONTH,
    WRITES_OF_A_REQUEST,
    Line,
    Traffic,
    bill,
    items_of_a_request,
    web_acl_capacity,
)
from review.cost.log_size import WAF_RECORD, access_log_bytes
from review.cost.model_functions import model_function
from review.cost.prices import Prices
from review.cost.watched_metrics import filter_metrics
from review.numbers import plain
from review.table import Report, Table
from settings.environment import Environment
from settings.waf import capacity
from settings.waf.capacity import Capacity
from settings.watched import access_log, waf_log

NOT_IN_IT = (
    "the backends (models, your own Lambda functions, SageMaker, load balancers, VPC links)",
    "data transfer, NAT, PrivateLink and the edge",
    "the execution log, X-Ray, the logs of other Lambda functions, log queries, e-mails, taxes and discounts",
)
CAPACITY = (
    "WCU are an estimate: AWS may charge the same transformation of the same part of a request once (about), or each "
    "time (at most). Its own figure needs an account: aws wafv2 check-capacity."
)
ALL_CHARGED = (
    "Every request is charged as an API Gateway call. AWS does not document whether it charges for "
    "those that WAF blocks or a throttle refuses. Users report that it does not."
)


def report(environment: Environment, traffic: Traffic, prices: Prices, *, with_free: bool = False) -> Report:
    """The whole report."""
    wcu = web_acl_capacity(environment)
    lines = bill(environment, traffic, prices, with_free=with_free)
    notes = (*function_note(environment, traffic), *_notes(environment, wcu, prices))
    assumptions = tuple(_assumptions(environment, wcu, prices, with_free=with_free))
    total = sum(line.dollars for line in lines)
    return Report(
        title=f"Cost of {environment.name}: {traffic.requests:,} requests a month",
        tables=(*([_capacity_table(wcu)] if wcu else []), _bill_table(lines, traffic, total)),
        notes=notes,
        assumptions=assumptions,
        data={
            "environment": environment.name,
            "requests": traffic.requests,
            "blocked_share": traffic.blocked_share,
            "answer_seconds": traffic.answer_seconds,
            "capacity": None if wcu is None else _capacity_data(wcu),
            "lines": [asdict(line) for line in lines],
            "dollars": total,
            "region_of_prices": prices.general.region,
            "prices": {
                name: price.model_dump(mode="json", exclude_none=True) for name, price in prices.sources.items()
            },
            "free_tier_taken_off": with_free,
            "not_included": list(NOT_IN_IT),
            "notes": [*notes, *assumptions],
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
        f"AWS allows {capacity.MOST:,}, {_share(wcu.estimate, capacity.MOST)} used.",
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


def _bearer_key_note(environment: Environment) -> Iterator[str]:
    if environment.has_bearer_key:
        seconds = environment.api.authorizer_result_ttl_in_seconds
        often = f"once in {seconds} s for each key of this file" if seconds else "for each request"
        yield f"The authorizer of api.key_source = BEARER is called {often}; 5 ms with 128 MB are assumed."


def _token_note(environment: Environment) -> Iterator[str]:
    if items := items_of_a_request(environment):
        yield (
            f"Limits in tokens: {WRITES_OF_A_REQUEST:g} writes for each of {items} items, as if every request were of "
            "a route with such limits. Storage and backups of the table are not included."
        )


def function_note(environment: Environment, traffic: Traffic) -> Iterator[str]:
    """How long the function in front of a model is assumed to run. Nothing if there is none."""
    if function := model_function(environment, traffic.answer_seconds):
        at_once = traffic.requests * function.seconds / SECONDS_OF_A_MONTH
        yield (
            f"The function in front of the model runs until the answer ends: {function.seconds:g} s are assumed "
            f"(--seconds, at most the route's timeout) with {function.memory_mb} MB (x86_64), as if every request were "
            f"of {function.route}. Its log: {function.log_bytes:,} bytes a request. On average {at_once:,.1f} run at "
            "once, of the 1,000 that an account has for all its functions by default."
        )


def _notes(environment: Environment, wcu: Capacity | None, prices: Prices) -> Iterator[str]:
    """What these numbers do not include."""
    yield f"Not included: {'; '.join(NOT_IN_IT)}."
    if wcu is not None and wcu.unknown:
        yield f"Capacity unknown, left out: {', '.join(wcu.unknown)}."
    if wcu is None and environment.waf is not None:
        yield "The web ACL is an existing one: its monthly price, its rules and its capacity are not included."
    if environment.waf and any(group.vendor_name != "AWS" for group in environment.waf.managed_rule_groups):
        yield "A vendor's managed rule group has its own price in AWS Marketplace, which is not included."
    if environment.aws.region != prices.general.region:
        yield f"{environment.name} is in {environment.aws.region}, where prices may differ."


def _assumptions(environment: Environment, wcu: Capacity | None, prices: Prices, *, with_free: bool) -> Iterator[str]:
    """What these numbers assume."""
    yield ALL_CHARGED
    if wcu is not None:
        yield CAPACITY
    yield from _bearer_key_note(environment)
    if access_log(environment) is not None:
        yield f"A line of the access log: {access_log_bytes(environment)} bytes, from its format and usual values."
    if waf_log(environment) is not None:
        yield f"A record of the WAF log: {WAF_RECORD:,} bytes, assumed; only blocked or counted requests have one."
    yield from _token_note(environment)
    if environment.observability.detailed_metrics or filter_metrics(environment):
        yield "Metrics are counted as if every layer limited every route in every hour."
    free = "is subtracted" if with_free else "is not subtracted; --free-tier subtracts it"
    yield f"The free tier of CloudWatch, Lambda and Bot Control {free}."
    yield f"{prices_words(prices)}; --prices reads others."
    second_hand = [name for name, price in prices.sources.items() if price.checked == "second hand"]
    if second_hand:
        yield f"Second hand, since AWS's page shows them in a browser only: {', '.join(second_hand)}."


def prices_words(prices: Prices) -> str:
    """Which Region the prices are for, and when they were read."""
    reads = sorted({price.read for price in prices.sources.values()})
    return f"Prices of {prices.general.region}, read {' to '.join(dict.fromkeys((reads[0], reads[-1])))}"


def _capacity_data(wcu: Capacity) -> dict[str, Any]:
    return {
        "rules": [asdict(rule) for rule in wcu.rules],
        "estimate": wcu.estimate,
        "upper_bound": wcu.upper_bound,
        "included": capacity.INCLUDED,
        "most": capacity.MOST,
        "unknown": list(wcu.unknown),
    }
