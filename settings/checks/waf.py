"""The web ACL, compared with the routes and with the layers behind it."""

import ipaddress
import math
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from settings.arn import region_of
from settings.checks.texts import texts_of
from settings.checks.unknown_route import no_such_route
from settings.fields import EnvironmentFields
from settings.formatting import decimal
from settings.problem import Problem
from settings.secrecy import Where
from settings.throttling import Throttle
from settings.waf import Waf, capacity
from settings.waf.condition import (
    AddressIn,
    And,
    HasLabel,
    HeaderIs,
    Leaf,
    Or,
    PathIs,
    TooDeepError,
    always_matches,
    can_match,
    leaves,
)
from settings.waf.counted_routes import counted_routes, in_scope
from settings.waf.custom_key import (
    CustomKey,
    FingerprintKey,
    identity,
    tells_callers_apart,
    what_callers_may_leave_out,
    what_callers_may_vary,
)
from settings.waf.known_groups import KNOWN_GROUPS
from settings.waf.path_pattern import LONGEST_PATTERN
from settings.waf.rate_rule import PREFLIGHTS, RESERVED_METRICS, RateRule
from settings.waf.web_acl_rules import BLOCK_LIST, counted_requests, ip_sets_of, leaves_of, rate_scope, web_acl_rules

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
MOST_RATE_RULES = 10
MOST_REFERENCES = 50
LONGEST_NAME = 128

# Labels of countries and of tokens, which AWS adds itself. All others come from managed groups, since Spillway's own
# rules add no labels. Read 2026-11: https://docs.aws.amazon.com/waf/latest/APIReference/API_GeoMatchStatement.html
# https://docs.aws.amazon.com/waf/latest/APIReference/API_LabelMatchStatement.html
_ALWAYS_LABELLED = ("awswaf:clientip:", "awswaf:forwardedip:", "awswaf:managed:token:", "awswaf:managed:captcha:")
_BY_GROUPS = "awswaf:managed:"

_BACKSTOP = "add a rate rule of aggregate_key_type IP for the same routes, without scope_down"

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# A rule that limits one client to less than this share of what the bucket allows at once.
_FAR_BELOW = 1 / 10


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """What AWS would refuse at the end of a deploy, or accept without any effect."""
    waf = environment.waf
    if waf is None:
        return
    if waf.web_acl_arn is not None:
        if waf.existing_region != environment.aws.region:
            yield Problem(("waf", "web_acl_arn"), f"must be in {environment.aws.region}, the stage's Region")
        return
    if environment.api.name in RESERVED_METRICS:
        yield Problem(
            ("api", "name"), "AWS reserves this name for its own metric, and the web ACL is named after the API"
        )
    for index, address in enumerate(waf.block):
        if address in waf.allow:
            yield Problem(("waf", "block", index), "is in waf.allow too")
    yield from _of_another_region(environment, waf)
    yield from _names(waf)
    unusable = [*_routes(environment, waf), *_scopes(environment, waf)]
    yield from unusable
    yield from _labels(waf)
    yield from _escapes(environment, waf)
    if not unusable:
        yield from _too_large(environment, waf)


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """What AWS accepts and does, but the author may not have meant."""
    waf = environment.waf
    if waf is None or waf.web_acl_arn is not None:
        return
    if waf.mode == "count":
        yield Problem(("waf", "mode"), 'all rules only count; set it to "block" to enforce them')
    for index, rule in enumerate(waf.rate_rules):
        where = ("waf", "rate_rules", index)
        yield from _forgeable(environment, waf, rule, where)
        yield from _chosen_by_callers(environment, waf, rule, where)
        yield from _without_fingerprints(rule, where)
        yield from _signed_anew(environment, rule, where)
        yield from _other_key_header(environment, rule, where)
        yield from _shared(rule, where)
        if rule.action in {"captcha", "challenge"}:
            yield Problem(
                (*where, "action"),
                "only browsers can solve this; an API client gets no 429 and cannot retry",
            )
        yield from _of_no_route(environment, rule, where)
    yield from _allowed_first(waf)
    yield from _ignored_overrides(waf)
    yield from _never_reached(waf)
    yield from _taken_for_preflights(environment, waf)
    yield from _preflights_of_one_caller(environment, waf)
    yield from _against_buckets(environment, waf)
    yield from _below_plans(environment, waf)
    yield from _dear(environment, waf)


def _of_another_region(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """A regional web ACL uses IP sets of its own Region.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_IPSetReferenceStatement.html, read 2026-11.
    """
    for where, text in texts_of(waf, ("waf",)):
        if where[-1] == "ip_set" and region_of(text) != environment.aws.region:
            yield Problem(where, f"must be an IP set in {environment.aws.region}, the stage's Region")


def _names(waf: Waf) -> Iterator[Problem]:
    taken = {BLOCK_LIST: "waf.block"}
    for index, group in enumerate(waf.managed_rule_groups):
        where = ("waf", "managed_rule_groups", index, "name")
        yield from _take(taken, group.name, where, f"waf.managed_rule_groups[{index}]")
    for index, rule in enumerate(waf.rate_rules):
        for name in rule.names:
            yield from _take(taken, name, ("waf", "rate_rules", index, "name"), f"waf.rate_rules[{index}]")
            if len(name) > LONGEST_NAME:
                yield Problem(
                    ("waf", "rate_rules", index, "name"),
                    f"its count_limit rule would be {name}, which is too long; AWS allows {LONGEST_NAME} characters",
                )
    rules = sum(len(rule.names) for rule in waf.rate_rules)
    if rules > MOST_RATE_RULES:
        yield Problem(
            ("waf", "rate_rules"),
            f"{rules} rate rules; AWS allows {MOST_RATE_RULES} in a web ACL, and each count_limit adds one",
        )


def _take(taken: dict[str, str], name: str, where: Where, owner: str) -> Iterator[Problem]:
    if name in taken:
        yield Problem(where, f"{taken[name]} already has the name {name}; a rule's name is also its metric's name")
    taken.setdefault(name, owner)


def _routes(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    keys = {route.key: None for route in environment.routes}
    preflights = {f"OPTIONS {route.path}" for route in environment.routes} if environment.cors else set()
    for index, rule in enumerate(waf.rate_rules):
        for place, key in enumerate(rule.routes):
            where = ("waf", "rate_rules", index, "routes", place)
            if key == PREFLIGHTS:
                if len(rule.routes) > 1:
                    yield Problem(
                        where, "counts every OPTIONS request and must be alone in routes; move it to a separate rule"
                    )
                elif not environment.has_preflights and all(route.method != "OPTIONS" for route in environment.routes):
                    yield Problem(where, "nothing answers OPTIONS: there is no [cors], and no route has that method")
            elif key not in keys and key in preflights:
                yield Problem(
                    where, f'is a preflight; routes = ["{PREFLIGHTS}"] counts it together with those of other paths'
                )
            elif key not in keys:
                yield Problem(where, no_such_route(key, keys))
            elif key in rule.routes[:place]:
                yield Problem(where, "the same route twice")


def _scopes(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    names: dict[str, tuple[str, ...]] = {}
    routes = {PREFLIGHTS, *(route.key for route in environment.routes)}
    for index, rule in enumerate(waf.rate_rules):
        where = ("waf", "rate_rules", index)
        field = "scope_down" if rule.scope_down else "routes"
        if any(key not in routes for key in rule.routes):
            continue
        if not can_match(counted_requests(waf, rule, environment.routes, environment.path_prefixes)):
            yield Problem(
                (*where, field),
                "no request can match: its methods and those of routes exclude each other; no routes excludes OPTIONS",
            )
            continue
        try:
            scope = rate_scope(waf, rule, environment.routes, environment.path_prefixes)
        except TooDeepError:
            yield Problem(
                (*where, field),
                "does not fit into the two levels of and / or / not that Terraform's schema has under a rate rule; "
                "remove a not inside an or, or split it into two rules",
            )
            continue
        for leaf in leaves(scope):
            if isinstance(leaf, PathIs) and len(leaf.pattern) > LONGEST_PATTERN:
                yield Problem(
                    (*where, field),
                    f"the path's pattern has {len(leaf.pattern)} characters; AWS allows {LONGEST_PATTERN}",
                )
        for ip_set in ip_sets_of(leaves(scope)):
            if names.setdefault(ip_set.name, ip_set.addresses) != ip_set.addresses:
                yield Problem(
                    (*where, "name"), "another rule's IP sets would have the same names in Terraform; rename one"
                )
                break


def _labels(waf: Waf) -> Iterator[Problem]:
    """AWS accepts a label that no earlier rule adds. The condition then never holds."""
    known = (*_ALWAYS_LABELLED, _BY_GROUPS) if waf.managed_rule_groups else _ALWAYS_LABELLED
    message = "labels come from managed_rule_groups, and are written in full: awswaf:managed:..."
    for index, rule in enumerate(waf.rate_rules):
        used = [("scope_down", leaf.key) for leaf in _scoped(rule) if isinstance(leaf, HasLabel)]
        used += [
            ("custom_keys", key.label_namespace.namespace)
            for key in rule.custom_keys
            if isinstance(key, CustomKey) and key.label_namespace
        ]
        for field, label in used:
            if not label.startswith(known):
                yield Problem(("waf", "rate_rules", index, field), f"no rule adds the label {label}; {message}")


def _scoped(rule: RateRule) -> Iterator[Leaf]:
    """The conditions in the rule's own scope_down."""
    if rule.scope_down:
        yield from leaves(rule.scope_down.condition(prefixes=(), stem=""))


def _escapes(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """AWS does not limit a request that lacks a part of the key, so another rule must."""
    for index, rule in enumerate(waf.rate_rules):
        ways = [way for key in rule.custom_keys if (way := what_callers_may_leave_out(key))]
        if ways and rule.action != "count" and not _backstop(environment, waf, rule):
            yield Problem(
                ("waf", "rate_rules", index, "custom_keys"),
                f"callers can avoid this rule by omitting {ways[0]}; {_BACKSTOP}",
            )


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
    if _one_always_counts(together):
        return True
    counted = () if rule.counts_preflights else counted_routes(rule, environment.routes)
    of_each = [
        [other for other in by_address if route in counted_routes(other, environment.routes)] for route in counted
    ]
    return bool(of_each) and all(map(_one_always_counts, of_each))


def _one_always_counts(rules: Iterable[RateRule]) -> bool:
    """Whether every request is in the scope of one of them."""
    scopes = [rule.scope_down.condition(prefixes=(), stem="") if rule.scope_down else And(()) for rule in rules]
    return always_matches(Or(tuple(scopes)))


def _counts_no_options(rule: RateRule) -> bool:
    """Whether the rule is for the whole API, which leaves out OPTIONS."""
    return not any(key.startswith("OPTIONS ") for key in rule.routes)


def _too_large(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    rules = web_acl_rules(waf, environment.routes, environment.path_prefixes)
    wcu = capacity.capacity(rules)
    if wcu.estimate > capacity.MOST:
        yield Problem(("waf",), f"about {wcu.estimate} web ACL capacity units; AWS allows {capacity.MOST}")
    references = sum(isinstance(leaf, AddressIn) for rule in rules for leaf in leaves_of(rule))
    references += len(waf.managed_rule_groups)
    if references > MOST_REFERENCES:
        yield Problem(
            ("waf",), f"references {references} IP sets and rule groups; AWS allows {MOST_REFERENCES} in a web ACL"
        )


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
    header = next((leaf.name for leaf in _scoped(rule) if isinstance(leaf, HeaderIs)), None)
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


def _of_no_route(environment: EnvironmentFields, rule: RateRule, where: Where) -> Iterator[Problem]:
    """A path or method in scope_down that no route has, as after a rename."""
    on_routes = counted_routes(rule, environment.routes)
    scope = rule.scope_down
    if scope and on_routes and all(in_scope(scope, route) is False for route in on_routes):
        yield Problem((*where, "scope_down"), "matches no route of this file, so the rule limits no caller of one")


def _allowed_first(waf: Waf) -> Iterator[Problem]:
    """The allow list comes before the block list, and AWS evaluates no rule after it for these addresses."""
    allowed = [ipaddress.ip_network(text) for text in waf.allow]
    for index, text in enumerate(waf.block):
        blocked = ipaddress.ip_network(text)
        around = next((each for each in allowed if _holds(each, blocked)), None)
        if around is not None:
            yield Problem(("waf", "block", index), f"never blocked: {around} in waf.allow contains it and comes first")
    ipv4 = [each for each in allowed if isinstance(each, ipaddress.IPv4Network)]
    ipv6 = [each for each in allowed if isinstance(each, ipaddress.IPv6Network)]
    every: list[IpNetwork] = [*ipaddress.collapse_addresses(ipv4), *ipaddress.collapse_addresses(ipv6)]
    for merged in every:
        if merged.prefixlen == 0:
            yield Problem(
                ("waf", "allow"), f"contains every IPv{merged.version} address: no rule limits or blocks one of them"
            )


def _holds(outer: IpNetwork, inner: IpNetwork) -> bool:
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version


def _ignored_overrides(waf: Waf) -> Iterator[Problem]:
    """AWS ignores an override for a rule that the group does not have.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_RuleActionOverride.html, read 2026-11.
    """
    for index, group in enumerate(waf.managed_rule_groups):
        known = group.known.rules if group.known else frozenset()
        for name in group.overrides:
            if known and name not in known:
                close = get_close_matches(name, sorted(known), n=1)
                doubt = f"; did you mean {close[0]}?" if close else ""
                yield Problem(
                    ("waf", "managed_rule_groups", index, "overrides", name),
                    f"Spillway knows no rule of that name in the group, and AWS ignores unknown names{doubt}",
                )


def _never_reached(waf: Waf) -> Iterator[Problem]:
    """If two rules count the same requests of the same client, the one with the lower limit stops it first."""
    stopping = [(index, rule) for index, rule in enumerate(waf.rate_rules) if rule.action != "count"]
    for index, rule in stopping:
        lower = next(
            (place for place, other in stopping if other.limit < rule.limit and other.counts == rule.counts), None
        )
        if lower is not None:
            yield Problem(
                ("waf", "rate_rules", index, "limit"),
                f"never reached: waf.rate_rules[{lower}] counts the same requests up to {waf.rate_rules[lower].limit}",
            )


def _taken_for_preflights(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """A rule for the whole API does not count OPTIONS, even if that is a route of the file."""
    named = {route.key for rule in waf.rate_rules for route in counted_routes(rule, environment.routes)}
    for index, route in enumerate(environment.routes):
        if route.method == "OPTIONS" and waf.rate_rules and route.key not in named:
            yield Problem(
                ("routes", index, "method"),
                "no rate rule counts it: those for the whole API exclude OPTIONS; add it to the routes of a rule",
            )


def _preflights_of_one_caller(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """If a page's preflight is refused, the browser does not send the call, whatever the limits on the calls are."""
    stopping = [rule for rule in waf.rate_rules if rule.action != "count"]
    by_address = [
        rule for rule in stopping if rule.counts_preflights and rule.aggregate_key_type in {"IP", "FORWARDED_IP"}
    ]
    if environment.has_preflights and stopping and not _one_always_counts(by_address):
        uncounted = (
            "every preflight of an address" if any(rule.counts_preflights for rule in stopping) else "preflights"
        )
        yield Problem(
            ("waf", "rate_rules"),
            f"none counts {uncounted}: one address can use up the limit of a path's OPTIONS, and browsers then refuse "
            f'all calls; add an IP rule with routes = ["{PREFLIGHTS}"]',
        )


def _shared(rule: RateRule, where: Where) -> Iterator[Problem]:
    shared = rule.aggregate_key_type == "CONSTANT" or (
        rule.custom_keys and not any(tells_callers_apart(key) for key in rule.custom_keys)
    )
    if shared and rule.action != "count":
        yield Problem(
            (*where, "aggregate_key_type"),
            "all callers share one counter, so one of them can lock out the rest; add an IP rule with a lower limit",
        )


def _against_buckets(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """Limits per IP address, compared with the token buckets behind them."""
    told: set[tuple[int, str]] = set()
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
            if (index, topic) not in told:
                told.add((index, topic))
                yield Problem(("waf", "rate_rules", index, "limit"), message)


def _below_plans(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
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


def _dear(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    wcu = capacity.capacity(web_acl_rules(waf, environment.routes, environment.path_prefixes))
    for index, group in enumerate(waf.managed_rule_groups):
        if group.known_capacity is None:
            close = get_close_matches(group.name, KNOWN_GROUPS, n=1) if group.vendor_name == "AWS" else []
            doubt = f"did you mean {close[0]}? If not, " if close else ""
            yield Problem(
                ("waf", "managed_rule_groups", index, "capacity"),
                f"{doubt}the capacity of {group.name} is unknown; set it, or the web ACL may be too large for the "
                "deploy",
            )
    if wcu.upper_bound > capacity.MOST:
        yield Problem(
            ("waf",),
            f"up to {wcu.upper_bound} web ACL capacity units, about {wcu.estimate}; AWS allows {capacity.MOST}",
        )
    elif wcu.estimate > capacity.INCLUDED:
        yield Problem(
            ("waf",),
            f"about {wcu.estimate} web ACL capacity units, more than the {capacity.INCLUDED} that are included; "
            "every request then costs more",
        )
