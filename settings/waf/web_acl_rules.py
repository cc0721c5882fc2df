"""The rules of a web ACL in the order in which WAF evaluates them.

| priority | rule | why there |
|---|---|---|
| 100 | the block list | no other rule runs for these addresses |
| 1000, 1010, ... | managed rule groups, in the file's order | they add labels that rate rules may count by |
| 2005, 2015, ... | rate rules for named routes | the budget for fewer routes is used first |
| 3005, 3015, ... | rate rules for the whole API | |

The number of a rate rule follows from its place in the file, in both bands, so a rule added at the end does not change
the others. The rule that only counts comes five before it. A rule that counts does not end the evaluation, so both see
every request. The allow list is not a rule. It is excluded from the scope of every rate rule, because a rule that
allows would end the evaluation and turn off the managed rules too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from settings.route import Route
from settings.waf import Waf
from settings.waf.condition import AddressIn, And, Condition, Leaf, MethodIs, Not, flatten, leaves
from settings.waf.ip_list import IpSet
from settings.waf.managed_rule_group import ManagedRuleGroup
from settings.waf.rate_rule import RateRule
from settings.waf.scope_down import any_route, in_any

BLOCK_LIST = "block-list"

_BLOCK_LIST, _MANAGED, _NAMED_ROUTES, _WHOLE_API = 100, 1000, 2000, 3000
_SPACING, _OWN_TIER = 10, 5


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockListRule:
    """Answers 403 to requests from the block list."""

    name: str
    priority: int
    condition: Condition


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagedRule:
    """A managed rule group."""

    name: str
    priority: int
    group: ManagedRuleGroup


@dataclass(frozen=True, kw_only=True, slots=True)
class RateTier:
    """A rate rule, or the counting rule in front of it."""

    name: str
    priority: int
    rule: RateRule
    limit: int
    action: Literal["block", "count", "captcha", "challenge"]
    scope_down: Condition


WebAclRule = BlockListRule | ManagedRule | RateTier


def web_acl_rules(waf: Waf, routes: tuple[Route, ...], prefixes: tuple[str, ...]) -> tuple[WebAclRule, ...]:
    """All rules, sorted by priority."""
    rules: list[WebAclRule] = []
    if waf.block:
        condition = in_any("block", waf.block)
        rules.append(BlockListRule(name=BLOCK_LIST, priority=_BLOCK_LIST, condition=condition))
    for index, group in enumerate(waf.managed_rule_groups):
        rules.append(ManagedRule(name=group.name, priority=_MANAGED + _SPACING * index, group=group))
    for index, rule in enumerate(waf.rate_rules):
        scope_down = rate_scope(waf, rule, routes, prefixes)
        base = (_NAMED_ROUTES if rule.routes else _WHOLE_API) + _SPACING * index
        for name in rule.names:
            own = name == rule.name
            limit = rule.limit if own or rule.count_limit is None else rule.count_limit
            rules.append(
                RateTier(
                    name=name,
                    priority=base + (_OWN_TIER if own else 0),
                    rule=rule,
                    limit=limit,
                    action=rule.action if own else "count",
                    scope_down=scope_down,
                )
            )
    return tuple(sorted(rules, key=lambda rule: rule.priority))


def rate_scope(waf: Waf, rule: RateRule, routes: tuple[Route, ...], prefixes: tuple[str, ...]) -> Condition:
    """Which requests the rule counts, within the depth of Terraform's schema.

    Raises TooDeepError if it does not fit.
    """
    return flatten(counted_requests(waf, rule, routes, prefixes))


def counted_requests(waf: Waf, rule: RateRule, routes: tuple[Route, ...], prefixes: tuple[str, ...]) -> Condition:
    """The rule's routes, or preflights, or everything except for preflights; without the allow list; within its own
    scope_down.
    """
    parts: list[Condition] = []
    if rule.counts_preflights:
        parts.append(MethodIs(frozenset({"OPTIONS"})))
    elif rule.routes:
        parts.append(any_route(tuple(route for route in routes if route.key in rule.routes), prefixes))
    else:
        parts.append(Not(MethodIs(frozenset({"OPTIONS"}))))
    if waf.allow:
        parts.append(Not(in_any("allow", waf.allow)))
    if rule.scope_down:
        parts.append(rule.scope_down.condition(prefixes=prefixes, stem=scope_stem(rule.name)))
    return And(tuple(parts))


def scope_stem(rule_name: str) -> str:
    """The prefix of the names of a rule's own IP sets."""
    return f"{rule_name.lower().replace('-', '_')}_scope"


def leaves_of(rule: WebAclRule) -> Iterator[Leaf]:
    """All conditions of the rule, except for what a managed group checks."""
    if isinstance(rule, BlockListRule):
        yield from leaves(rule.condition)
    elif isinstance(rule, RateTier):
        yield from leaves(rule.scope_down)


def ip_sets_of(looked_at: Iterable[Leaf]) -> tuple[IpSet, ...]:
    """Spillway's own IP sets among these conditions, each once."""
    sets = (leaf.ip_set for leaf in looked_at if isinstance(leaf, AddressIn) and isinstance(leaf.ip_set, IpSet))
    return tuple(dict.fromkeys(sets))
