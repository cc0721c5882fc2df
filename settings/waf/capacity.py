"""Web ACL capacity units (WCU): what AWS counts against the limits of a web ACL.

There are two figures. Neither is AWS's own (that is CheckCapacity, which needs an account). The sum of the published
costs is an upper bound, since AWS may charge for the same transformation of the same part of a request only once. The
estimate charges for it once, and treats `NONE` as no transformation, which AWS does not document.

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
"""Above this number, AWS charges more for every request."""

_RATE_BASED, _CUSTOM_KEY, _TRANSFORMATION = 2, 30, 10
_REGEX, _STRING, _CONTAINS, _SET_OR_LABEL = 3, 2, 10, 1

Transformed = tuple[str, TextTransformation]
"""A part of the request, and the transformation that is applied to it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCapacity:
    """The capacity of one rule. `upper_bound` is None for a managed group of unknown capacity."""

    name: str
    upper_bound: int | None
    estimate: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """The capacity of a web ACL."""

    rules: tuple[RuleCapacity, ...]

    @property
    def upper_bound(self) -> int:
        """The sum over the rules of known capacity."""
        return sum(rule.upper_bound or 0 for rule in self.rules)

    @property
    def estimate(self) -> int:
        """The sum over the rules of known capacity."""
        return sum(rule.estimate or 0 for rule in self.rules)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Managed groups that the figures do not include."""
        return tuple(rule.name for rule in self.rules if rule.upper_bound is None)


def capacity(rules: Iterable[WebAclRule]) -> Capacity:
    """The capacity of each rule. A transformation that several rules share is counted at the first of them."""
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
