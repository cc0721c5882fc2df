"""The web ACL as a whole: names, sizes and groups. Its rate rules have files of their own."""

from collections.abc import Iterator
from difflib import get_close_matches

from settings.arn import region_of
from settings.checks import rate_rule_keys, rate_rule_limits, rate_rule_scope, waf_addresses
from settings.checks.texts import texts_of
from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.secrecy import Where
from settings.waf import Waf, capacity
from settings.waf.condition import AddressIn
from settings.waf.known_groups import KNOWN_GROUPS
from settings.waf.rate_rule import RESERVED_METRICS
from settings.waf.web_acl_rules import BLOCK_LIST, leaves_of, web_acl_rules

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
MOST_RATE_RULES = 10
MOST_REFERENCES = 50
LONGEST_NAME = 128


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
    unusable = list(rate_rule_scope.unusable(environment, waf))
    yield from unusable
    yield from rate_rule_scope.unknown_labels(waf)
    yield from rate_rule_keys.avoidable(environment, waf)
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
        yield from rate_rule_keys.warned(environment, waf, rule, where)
        if rule.action in {"captcha", "challenge"}:
            yield Problem(
                (*where, "action"),
                "only browsers can solve this; an API client gets no 429 and cannot retry",
            )
        yield from rate_rule_scope.of_no_route(environment, rule, where)
    yield from waf_addresses.warned(waf)
    yield from _ignored_overrides(waf)
    yield from rate_rule_limits.never_reached(waf)
    yield from rate_rule_scope.uncounted_options(environment, waf)
    yield from rate_rule_scope.uncounted_preflights(environment, waf)
    yield from rate_rule_limits.beside_buckets(environment, waf)
    yield from rate_rule_limits.below_plans(environment, waf)
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
        yield from _take(taken, group.name, where, "another rule group")
    for index, rule in enumerate(waf.rate_rules):
        for name in rule.names:
            yield from _take(taken, name, ("waf", "rate_rules", index, "name"), "another rate rule")
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
        yield Problem(where, f"{taken[name]} already has the name {name}, which is also its metric's name")
    taken.setdefault(name, owner)


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
