"""What a rate rule counts by: callers who avoid it, get a new counter each time, or share one."""

from collections.abc import Iterator

from settings.checks.rate_rule_scope import one_always_counts, own_conditions
from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.secrecy import Where
from settings.waf import Waf
from settings.waf.condition import HeaderIs
from settings.waf.counted_routes import counted_routes
from settings.waf.custom_key import (
    CustomKey,
    FingerprintKey,
    identity,
    tells_callers_apart,
    what_callers_may_leave_out,
    what_callers_may_vary,
)
from settings.waf.rate_rule import RateRule

_BACKSTOP = "add a rate rule of aggregate_key_type IP for the same routes, without scope_down"


def avoidable(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """AWS does not limit a request that lacks a part of the key, so another rule must."""
    for index, rule in enumerate(waf.rate_rules):
        ways = [way for key in rule.custom_keys if (way := what_callers_may_leave_out(key))]
        if ways and rule.action != "count" and not _backstop(environment, waf, rule):
            yield Problem(
                ("waf", "rate_rules", index, "custom_keys"),
                f"callers can avoid this rule by omitting {ways[0]}; {_BACKSTOP}",
            )


def warned(environment: EnvironmentFields, waf: Waf, rule: RateRule, where: Where) -> Iterator[Problem]:
    """What callers can do to a rule because of what it counts by, and callers that it mistakes for each other."""
    yield from _forgeable(environment, waf, rule, where)
    yield from _chosen_by_callers(environment, waf, rule, where)
    yield from _without_fingerprints(rule, where)
    yield from _signed_anew(environment, rule, where)
    yield from _other_key_header(environment, rule, where)
    yield from _shared(rule, where)


def _backstop(environment: EnvironmentFields, waf: Waf, rule: RateRule) -> bool:
    """Whether rules by the connection's address cover this one: for each request that it counts, one of them blocks.

    The rules may be for the same routes together, or for some of them each.
    """
    by_address = [other for other in waf.rate_rules if other.aggregate_key_type == "IP" and other.action != "count"]
    together = [
        other
        for other in by_address
        if (_counts_no_options(rule) if not other.routes else rule.routes and set(rule.routes) <= set(other.routes))
    ]
    if one_always_counts(together):
        return True
    counted = () if rule.counts_preflights else counted_routes(rule, environment.routes)
    of_each = [
        [other for other in by_address if route in counted_routes(other, environment.routes)] for route in counted
    ]
    return bool(of_each) and all(map(one_always_counts, of_each))


def _counts_no_options(rule: RateRule) -> bool:
    """Whether the rule is for the whole API, which leaves out OPTIONS."""
    return not any(key.startswith("OPTIONS ") for key in rule.routes)


def _forgeable(environment: EnvironmentFields, waf: Waf, rule: RateRule, where: Where) -> Iterator[Problem]:
    if rule.forwarded_ip is None:
        return
    header = rule.forwarded_ip.header_name
    message = f"callers can set {header}, and WAF reads its first address: only use it behind a proxy that resets it"
    if rule.aggregate_key_type == "FORWARDED_IP" and not _backstop(environment, waf, rule):
        message += f"; requests without {header} are not limited, so add a rule of aggregate_key_type IP as a backstop"
    yield Problem((*where, "forwarded_ip"), message)
    if waf.allow or waf.block:
        yield Problem(
            (*where, "forwarded_ip"), "the allow and block lists compare the connection's address, which is the proxy's"
        )


def _chosen_by_callers(environment: EnvironmentFields, waf: Waf, rule: RateRule, where: Where) -> Iterator[Problem]:
    """Ways to avoid a rule without omitting a part of its key, which AWS's documentation does not mention."""
    if rule.action == "count" or _backstop(environment, waf, rule):
        return
    with_variables = any(route.path_variables for route in counted_routes(rule, environment.routes))
    varied = [what for key in rule.custom_keys if (what := what_callers_may_vary(key, paths_vary=with_variables))]
    if varied:
        yield Problem(
            (*where, "custom_keys"),
            f"a caller who varies {varied[0]} gets a new counter each time; {_BACKSTOP}, as a backstop",
        )
    header = next((leaf.name for leaf in own_conditions(rule) if isinstance(leaf, HeaderIs)), None)
    if header:
        yield Problem(
            (*where, "scope_down"),
            f"callers can avoid this rule by changing {header}; {_BACKSTOP}, as a backstop",
        )


def _without_fingerprints(rule: RateRule, where: Where) -> Iterator[Problem]:
    """AWS documents where it computes fingerprints. A stage is not on the list."""
    for index, key in enumerate(rule.custom_keys):
        if isinstance(key, CustomKey) and isinstance(key.part, FingerprintKey):
            everybody = "block every caller" if key.part.fallback_behavior == "MATCH" else "limit no caller"
            yield Problem(
                (*where, "custom_keys", index),
                "AWS documents fingerprints for CloudFront and load balancers, not for a stage; without one "
                f'fallback_behavior {key.part.fallback_behavior} would {everybody}: try it with action = "count" first',
            )


def _signed_anew(environment: EnvironmentFields, rule: RateRule, where: Where) -> Iterator[Problem]:
    """Each request has a different signature, and the rule counts by the header's value."""
    on_routes = counted_routes(rule, environment.routes)
    if not on_routes or any(route.authorization != "AWS_IAM" for route in on_routes):
        return
    for index, key in enumerate(rule.custom_keys):
        if identity(key) == "header authorization":
            yield Problem(
                (*where, "custom_keys", index),
                "has a different signature in each request if authorization is AWS_IAM, so the rule limits no "
                "caller who signs each request; use a header that stays the same for a caller, or "
                "aggregate_key_type IP",
            )


def _other_key_header(environment: EnvironmentFields, rule: RateRule, where: Where) -> Iterator[Problem]:
    """A rule that counts by a header in which most callers of this API do not send their keys."""
    on_routes = counted_routes(rule, environment.routes)
    if not environment.has_bearer_key or not any(route.api_key_required for route in on_routes):
        return
    for index, key in enumerate(rule.custom_keys):
        if identity(key) == "header x-api-key":
            allowed = (
                "counts only requests with x-api-key: with api.key_source = BEARER, SDKs send their keys in "
                "authorization; count by that header in this rule or in another one"
            )
            yield Problem((*where, "custom_keys", index), allowed)


def _shared(rule: RateRule, where: Where) -> Iterator[Problem]:
    shared = rule.aggregate_key_type == "CONSTANT" or (
        rule.custom_keys and not any(tells_callers_apart(key) for key in rule.custom_keys)
    )
    if shared and rule.action != "count":
        yield Problem(
            (*where, "aggregate_key_type"),
            "all callers share one counter, so one of them can lock out the rest; add an IP rule with a lower limit",
        )
