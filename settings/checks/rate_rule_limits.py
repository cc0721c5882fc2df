"""The limit of a rate rule, compared with other rules, with the token buckets and with the usage plans behind it."""

import math
from collections.abc import Iterator

from settings.fields import EnvironmentFields
from settings.formatting import decimal
from settings.problem import Problem
from settings.throttling import Throttle
from settings.waf import Waf
from settings.waf.counted_routes import counted_routes
from settings.waf.rate_rule import RateRule

# A rule that limits one client to less than this share of what the bucket allows at once.
_FAR_BELOW = 1 / 10


def never_reached(waf: Waf) -> Iterator[Problem]:
    """If two rules count the same requests of the same client, the one with the lower limit stops it first."""
    stopping = [(index, rule) for index, rule in enumerate(waf.rate_rules) if rule.action != "count"]
    for index, rule in stopping:
        lower = next((other for _, other in stopping if other.limit < rule.limit and other.counts == rule.counts), None)
        if lower is not None:
            yield Problem(
                ("waf", "rate_rules", index, "limit"),
                f"never reached: the rate rule {lower.name} counts the same requests up to {lower.limit}",
            )


def beside_buckets(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """Limits per IP address, compared with the token buckets behind them."""
    reported: set[tuple[int, str]] = set()
    by_ip = [
        (index, rule, frozenset(route.key for route in counted_routes(rule, environment.routes)))
        for index, rule in enumerate(waf.rate_rules)
        if rule.aggregate_key_type in {"IP", "FORWARDED_IP"} and rule.action != "count" and rule.scope_down is None
    ]
    for route in environment.routes:
        bucket = environment.throttling.throttle_of(route.key)
        rules = [
            (rule.limit / rule.evaluation_window_sec, index, rule) for index, rule, keys in by_ip if route.key in keys
        ]
        if not rules or not isinstance(bucket, Throttle):
            continue
        # Only the rule with the lowest limit. The others are behind it for another reason.
        _, index, rule = min(rules, key=lambda entry: entry[:2])
        for topic, message in _beside_bucket(rule, bucket, route.key):
            if (index, topic) not in reported:
                reported.add((index, topic))
                yield Problem(("waf", "rate_rules", index, "limit"), message)


def _beside_bucket(rule: RateRule, bucket: Throttle, route: str) -> Iterator[tuple[str, str]]:
    window = rule.evaluation_window_sec
    all_callers = f"all callers of {route} share {decimal(bucket.rate_limit)} requests per second"
    if rule.limit > bucket.rate_limit * window + bucket.burst_limit:
        yield (
            "unreachable",
            f"never reached: {all_callers} and {bucket.burst_limit} at once, which is less in any {window} s",
        )
    elif rule.limit >= bucket.rate_limit * window:
        own = decimal(rule.limit / window, 6)
        yield "whole", f"one IP may use all that the route has: {all_callers}, and this limit allows it {own}"
    if rule.limit < bucket.burst_limit * _FAR_BELOW:
        yield (
            "burst",
            f"far below the {bucket.burst_limit} requests at once that {route} allows: no caller can use that burst",
        )


def below_plans(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """A limit per IP address below what a plan grants each key. A server that calls from one address never gets the
    plan's limit.
    """
    for index, rule in enumerate(waf.rate_rules):
        with_key = {route.key for route in counted_routes(rule, environment.routes) if route.api_key_required}
        if rule.aggregate_key_type != "IP" or rule.action == "count" or rule.scope_down or not with_key:
            continue
        window = rule.evaluation_window_sec
        above = {
            name: plan.throttle
            for name, plan in environment.usage_plans.items()
            if plan.throttle is not None and plan.throttle.rate_limit * window > rule.limit
        }
        if not above:
            continue
        granted = ", ".join(f"{name} {decimal(throttle.rate_limit)}" for name, throttle in above.items())
        needed = max(throttle.rate_limit * window + throttle.burst_limit for throttle in above.values())
        allowed = (
            f"lets one IP send {decimal(rule.limit / window, 3)} requests per second, but usage plans grant each key "
            f"more ({granted}): a server with one address can never use that; raise it to {math.ceil(needed)}, or list "
            "such callers' addresses in waf.allow"
        )
        yield Problem(("waf", "rate_rules", index, "limit"), allowed)
