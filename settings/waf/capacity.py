"""Web ACL capacity units (WCU): what AWS charges a web ACL's rules against its limits.

Two figures, neither of them AWS's own (that is CheckCapacity, which needs an account): the sum of the published costs
is an upper bound, since AWS may charge the same transformation of the same part of a request only once; the estimate
does, and takes `NONE` for no transformation, of which AWS says nothing.
Sources, read 2026-11:
https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-string-match.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-asn-match.html
https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from settings.waf.condition import (
    AddressIn,
    AsnIn,
    CountryIn,
    HasLabel,
    HeaderIs,
    Leaf,
    MethodIs,
    PathIs,
)
from settings.waf.custom_key import AnyKey, CustomKey, NamedKey, PathKey, TransformedKey, kind_of
from settings.waf.text_transformation import NONE, TextTransformation
from settings.waf.web_acl_rules import BlockListRule, ManagedRule, RateTier, WebAclRule, leaves_of

MOST = 5000
INCLUDED = 1500
"""Above it every request costs more."""

_RATE_BASED, _CUSTOM_KEY, _TRANSFORMATION = 2, 30, 10
_REGEX, _STRING, _CONTAINS, _SET_OR_LABEL = 3, 2, 10, 1

Transformed = tuple[str, TextTransformation]
"""A part of the request, and what is done to it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCapacity:
    """One rule's part. `upper_bound` is None for a managed group whose capacity nobody said."""

    name: str
    upper_bound: int | None
    estimate: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """A web ACL's."""

    rules: tuple[RuleCapacity, ...]

    @property
    def upper_bound(self) -> int:
        """Of the rules whose capacity is known."""
        return sum(rule.upper_bound or 0 for rule in self.rules)

    @property
    def estimate(self) -> int:
        """Of the rules whose capacity is known."""
        return sum(rule.estimate or 0 for rule in self.rules)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Managed groups that the figures leave out."""
        return tuple(rule.name for rule in self.rules if rule.upper_bound is None)


def capacity(rules: Iterable[WebAclRule]) -> Capacity:
    """Rule by rule; a transformation that several rules share is estimated at the first of them."""
    charged: set[Transformed] = set()
    parts = []
    for rule in rules:
        if isinstance(rule, ManagedRule):
            known = rule.group.known_capacity
            parts.append(RuleCapacity(name=rule.name, upper_bound=known, estimate=known))
            continue
        base = _base(rule)
        transformed = list(_transformed(rule))
        fresh = {part for part in transformed if part[1] != "NONE"} - charged
        charged |= fresh
        parts.append(
            RuleCapacity(
                name=rule.name,
                upper_bound=base + _TRANSFORMATION * len(transformed),
                estimate=base + _TRANSFORMATION * len(fresh),
            )
        )
    return Capacity(rules=tuple(parts))


def _base(rule: BlockListRule | RateTier) -> int:
    looked_at = sum(map(_cost, leaves_of(rule)))
    if isinstance(rule, BlockListRule):
        return looked_at
    return _RATE_BASED + _CUSTOM_KEY * len(rule.rule.custom_keys) + looked_at


def _cost(leaf: Leaf) -> int:
    match leaf:
        case PathIs() | HeaderIs(position="REGEX"):
            return _REGEX
        case MethodIs(methods):
            return _STRING if len(methods) == 1 else _REGEX
        case HeaderIs(position="CONTAINS" | "CONTAINS_WORD"):
            return _CONTAINS
        case HeaderIs():
            return _STRING
        case AddressIn() | CountryIn() | AsnIn() | HasLabel():
            return _SET_OR_LABEL


def _transformed(rule: BlockListRule | RateTier) -> Iterator[Transformed]:
    for leaf in leaves_of(rule):
        match leaf:
            case PathIs(text_transformations=transformations):
                yield from (("uri_path", transformation) for transformation in transformations)
            case HeaderIs(name=name, text_transformations=transformations):
                yield from ((f"header {name}", transformation) for transformation in transformations)
            case MethodIs():
                yield ("method", NONE[0])
            case AddressIn() | CountryIn() | AsnIn() | HasLabel():
                pass
    if isinstance(rule, RateTier):
        for key in rule.rule.custom_keys:
            yield from _of_key(key)


def _of_key(key: AnyKey) -> Iterator[Transformed]:
    if isinstance(key, CustomKey) and isinstance(key.part, NamedKey | TransformedKey | PathKey):
        part = f"{kind_of(key)} {key.part.name.lower()}" if isinstance(key.part, NamedKey) else kind_of(key)
        yield from ((part, transformation) for transformation in key.part.text_transformations)
