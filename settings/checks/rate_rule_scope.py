"""Which requests a rate rule counts: its routes, its scope_down and its labels, compared with the API's routes."""

from collections.abc import Iterable, Iterator

from settings.checks.unknown_route import no_such_route
from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.secrecy import Where
from settings.waf import Waf
from settings.waf.condition import And, HasLabel, Leaf, Or, PathIs, TooDeepError, always_matches, can_match, leaves
from settings.waf.counted_routes import counted_routes, in_scope
from settings.waf.custom_key import CustomKey
from settings.waf.path_pattern import LONGEST_PATTERN
from settings.waf.rate_rule import PREFLIGHTS, RateRule
from settings.waf.web_acl_rules import counted_requests, ip_sets_of, rate_scope

# Labels of countries and of tokens, which AWS adds itself. All others come from managed groups, since Spillway's own
# rules add no labels. Read 2026-11: https://docs.aws.amazon.com/waf/latest/APIReference/API_GeoMatchStatement.html
# https://docs.aws.amazon.com/waf/latest/APIReference/API_LabelMatchStatement.html
_ALWAYS_LABELLED = ("awswaf:clientip:", "awswaf:forwardedip:", "awswaf:managed:token:", "awswaf:managed:captcha:")
_BY_GROUPS = "awswaf:managed:"


def unusable(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """Rules whose routes or conditions AWS or Terraform refuses, or that no request can match."""
    yield from _routes(environment, waf)
    yield from _scopes(environment, waf)


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


def unknown_labels(waf: Waf) -> Iterator[Problem]:
    """AWS accepts a label that no earlier rule adds. The condition then never holds."""
    known = (*_ALWAYS_LABELLED, _BY_GROUPS) if waf.managed_rule_groups else _ALWAYS_LABELLED
    message = "labels come from managed_rule_groups, and are written in full: awswaf:managed:..."
    for index, rule in enumerate(waf.rate_rules):
        used = [("scope_down", leaf.key) for leaf in own_conditions(rule) if isinstance(leaf, HasLabel)]
        used += [
            ("custom_keys", key.label_namespace.namespace)
            for key in rule.custom_keys
            if isinstance(key, CustomKey) and key.label_namespace
        ]
        for field, label in used:
            if not label.startswith(known):
                yield Problem(("waf", "rate_rules", index, field), f"no rule adds the label {label}; {message}")


def own_conditions(rule: RateRule) -> Iterator[Leaf]:
    """The conditions in the rule's own scope_down."""
    if rule.scope_down:
        yield from leaves(rule.scope_down.condition(prefixes=(), stem=""))


def uncounted_options(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """A rule for the whole API does not count OPTIONS, even if that is a route of the file."""
    named = {route.key for rule in waf.rate_rules for route in counted_routes(rule, environment.routes)}
    for index, route in enumerate(environment.routes):
        if route.method == "OPTIONS" and waf.rate_rules and route.key not in named:
            yield Problem(
                ("routes", index, "method"),
                "no rate rule counts it: those for the whole API exclude OPTIONS; add it to the routes of a rule",
            )


def uncounted_preflights(environment: EnvironmentFields, waf: Waf) -> Iterator[Problem]:
    """If a page's preflight is refused, the browser does not send the call, whatever the limits on the calls are."""
    stopping = [rule for rule in waf.rate_rules if rule.action != "count"]
    by_address = [
        rule for rule in stopping if rule.counts_preflights and rule.aggregate_key_type in {"IP", "FORWARDED_IP"}
    ]
    if environment.has_preflights and stopping and not one_always_counts(by_address):
        uncounted = (
            "every preflight of an address" if any(rule.counts_preflights for rule in stopping) else "preflights"
        )
        yield Problem(
            ("waf", "rate_rules"),
            f"none counts {uncounted}: one address can use up the limit of a path's OPTIONS, and browsers then refuse "
            f'all calls; add an IP rule with routes = ["{PREFLIGHTS}"]',
        )


def of_no_route(environment: EnvironmentFields, rule: RateRule, where: Where) -> Iterator[Problem]:
    """A path or method in scope_down that no route has, as after a rename."""
    on_routes = counted_routes(rule, environment.routes)
    scope = rule.scope_down
    if scope and on_routes and all(in_scope(scope, route) is False for route in on_routes):
        yield Problem((*where, "scope_down"), "matches no route of this file, so the rule limits no caller of one")


def one_always_counts(rules: Iterable[RateRule]) -> bool:
    """Whether every request is in the scope of one of them."""
    scopes = [rule.scope_down.condition(prefixes=(), stem="") if rule.scope_down else And(()) for rule in rules]
    return always_matches(Or(tuple(scopes)))
