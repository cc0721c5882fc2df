"""The rules of a web ACL in the order in which WAF asks them.

| priority | rule | why there |
|---|---|---|
| 100 | the block list | whoever is on it costs nothing further |
| 1000, 1010, ... | managed rule groups, in the file's order | they put labels on that rate rules may count by |
| 2005, 2015, ... | rate rules for named routes | the narrower budget answers first |
| 3005, 3015, ... | rate rules for the whole API | |

A rate rule keeps the number of its place in the file, whichever band it is in, so that a rule added at the end moves
none. Its counting tier comes five before its own: counting ends nothing, so both see every request.
An allow list is no rule: it is left out of every rate rule's scope, because a rule that allows would end the evaluation
and switch off the managed rules too.
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
    """Answers 403 to the block list."""

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
    """A rate rule, or the counting tier in front of it."""

    name: str
    priority: int
    rule: RateRule
    limit: int
    action: Literal["block", "count", "captcha", "challenge"]
    scope_down: Condition


WebAclRule = BlockListRule | ManagedRule | RateTier


def web_acl_rules(waf: Waf, routes: tuple[Route, ...], prefixes: tuple[str, ...]) -> tuple[WebAclRule, ...]:
    """All rules, by priority."""
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
    """Which requests the rule counts, as deep as Terraform's schema takes it.

    Raises TooDeepError where it cannot hold it.
    """
    return flatten(counted_requests(waf, rule, routes, prefixes))


def counted_requests(waf: Waf, rule: RateRule, routes: tuple[Route, ...], prefixes: tuple[str, ...]) -> Condition:
    """The rule's routes, or preflights, or all but preflights; nobody on the allow list; its own scope."""
    said: list[Condition] = []
    if rule.counts_preflights:
        said.append(MethodIs(frozenset({"OPTIONS"})))
    elif rule.routes:
        said.append(any_route(tuple(route for route in routes if route.key in rule.routes), prefixes))
    else:
        said.append(Not(MethodIs(frozenset({"OPTIONS"}))))
    if waf.allow:
        said.append(Not(in_any("allow", waf.allow)))
    if rule.scope_down:
        said.append(rule.scope_down.condition(prefixes=prefixes, stem=scope_stem(rule.name)))
    return And(tuple(said))


def scope_stem(rule_name: str) -> str:
    """The stem of the names of a rule's own IP sets."""
    return f"{rule_name.lower().replace('-', '_')}_scope"


def leaves_of(rule: WebAclRule) -> Iterator[Leaf]:
    """All that the rule looks at, but for a managed group's own business."""
    if isinstance(rule, BlockListRule):
        yield from leaves(rule.condition)
    elif isinstance(rule, RateTier):
        yield from leaves(rule.scope_down)


def ip_sets_of(looked_at: Iterable[Leaf]) -> tuple[IpSet, ...]:
    """Our own IP sets among them, each once."""
    sets = (leaf.ip_set for leaf in looked_at if isinstance(leaf, AddressIn) and isinstance(leaf.ip_set, IpSet))
    return tuple(dict.fromkeys(sets))
