"""The condition of a rule, in a form that Terraform's schema can express.

The provider nests statements three deep: a rate-based statement, and two of and / or / not under it
(https://github.com/hashicorp/terraform-provider-aws, internal/service/wafv2/consts.go and schemas.go). Deeper ones
would need `rule_json`, for which Terraform does not detect drift. Conditions are therefore rewritten to fit, or
refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

from settings.route import Method
from settings.waf.ip_list import IpSet
from settings.waf.text_transformation import NONE, TextTransformation
from settings.waf.three_valued import all_of, any_of, opposite

# The methods that API Gateway supports. It answers all others with 403, whatever WAF counts.
METHODS: frozenset[Method] = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

# Rewriting multiplies the clauses. An author could not check a condition that is larger than this.
_MOST_CLAUSES = 64

# The most parts of a condition for which every combination is tried.
_MOST_PARTS_TRIED = 8
_DEEPEST = 2

Position = Literal["EXACTLY", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "CONTAINS_WORD", "REGEX"]


@dataclass(frozen=True, slots=True)
class PathIs:
    """The transformed path matches the pattern."""

    pattern: str
    text_transformations: tuple[TextTransformation, ...]


@dataclass(frozen=True, slots=True)
class MethodIs:
    """The method is one of these."""

    methods: frozenset[Method]


@dataclass(frozen=True, slots=True)
class HeaderIs:
    """The transformed header has the value."""

    name: str
    value: str
    position: Position
    text_transformations: tuple[TextTransformation, ...] = NONE


@dataclass(frozen=True, slots=True)
class AddressIn:
    """The connection's address is in the set: one of ours, or an existing set by its ARN."""

    ip_set: IpSet | str


@dataclass(frozen=True, slots=True)
class CountryIn:
    """The connection comes from one of these countries."""

    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AsnIn:
    """The connection comes from one of these networks, given by autonomous system numbers."""

    asns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HasLabel:
    """An earlier rule added that label to the request."""

    key: str
    scope: Literal["LABEL", "NAMESPACE"]


Leaf = PathIs | MethodIs | HeaderIs | AddressIn | CountryIn | AsnIn | HasLabel


@dataclass(frozen=True, slots=True)
class And:
    """All of the conditions hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the conditions holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    part: "Condition"


Condition = Leaf | And | Or | Not

Clause = frozenset[Leaf | Not]


class TooDeepError(ValueError):
    """The condition cannot be written within the depth of Terraform's schema."""


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf, left to right."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield condition


def can_match(condition: Condition) -> bool:
    """False if no request can match, such as POST and GET, whatever its path, address and headers."""
    return any(_by_method(condition, method) is not False for method in METHODS)


def always_matches(condition: Condition) -> bool:
    """Whether every request matches, such as a header or not that header, whatever its path and address.

    False for a condition with too many parts to try.
    """
    parts = sorted({_part(leaf) for leaf in leaves(condition) if not isinstance(leaf, MethodIs)}, key=repr)
    return len(parts) <= _MOST_PARTS_TRIED and all(
        _meets(condition, method, dict(zip(parts, truths, strict=True)))
        for method in METHODS
        for truths in product((True, False), repeat=len(parts))
    )


def _part(leaf: Leaf) -> object:
    """The leaf without the name of its IP set, which differs in each rule."""
    if isinstance(leaf, AddressIn) and isinstance(leaf.ip_set, IpSet):
        return (leaf.ip_set.version, leaf.ip_set.addresses)
    return leaf


def _meets(condition: Condition, method: Method, truths: dict[object, bool]) -> bool:
    match condition:
        case And(parts):
            return all(_meets(part, method, truths) for part in parts)
        case Or(parts):
            return any(_meets(part, method, truths) for part in parts)
        case Not(part):
            return not _meets(part, method, truths)
        case MethodIs(methods):
            return method in methods
        case _:
            return truths[_part(condition)]


def _by_method(condition: Condition, method: Method) -> bool | None:
    """Whether a request with that method matches. None if it depends on the rest of the request."""
    match condition:
        case And(parts):
            return all_of(_by_method(part, method) for part in parts)
        case Or(parts):
            return any_of(_by_method(part, method) for part in parts)
        case Not(part):
            return opposite(_by_method(part, method))
        case MethodIs(methods):
            return method in methods
        case _:
            return None


def flatten(condition: Condition) -> Condition:
    """The same condition with at most two of and / or / not above every leaf.

    Raises TooDeepError if none was found.
    """
    normal = _normal(condition)
    if _depth(normal) <= _DEEPEST:
        return normal
    for outer, inner in ((And, Or), (Or, And)):
        clauses = _clauses(normal, outer)
        joined = [part for clause in clauses or () if (part := _joined(inner, clause)) is not None]
        if joined:
            rewritten = _normal(outer(tuple(joined)))
            if _depth(rewritten) <= _DEEPEST:
                return rewritten
    raise TooDeepError


def _depth(condition: Condition) -> int:
    match condition:
        case And(parts) | Or(parts):
            return 1 + max(map(_depth, parts))
        case Not(part):
            return 1 + _depth(part)
        case _:
            return 0


def _normal(condition: Condition, *, negated: bool = False) -> Condition:
    """The condition in normal form: Not only directly above leaves, no And directly in And, no Or directly in Or, no
    duplicates, no groups of one.
    """
    match condition:
        case Not(part):
            return _normal(part, negated=not negated)
        case And(parts) | Or(parts):
            joined = And if isinstance(condition, And) is not negated else Or
            flat: dict[Condition, None] = {}
            for part in parts:
                normal = _normal(part, negated=negated)
                flat.update(dict.fromkeys(normal.parts if isinstance(normal, joined) else (normal,)))
            return next(iter(flat)) if len(flat) == 1 else joined(tuple(flat))
        case _:
            return Not(condition) if negated else condition


def _clauses(condition: Condition, outer: type[And] | type[Or]) -> list[Clause] | None:
    """Conjunctive (And of Or) or disjunctive (Or of And) normal form. None if it has too many clauses."""
    match condition:
        case And(parts) | Or(parts):
            nested = [_clauses(part, outer) for part in parts]
            known = [clauses for clauses in nested if clauses is not None]
            if len(known) < len(nested):
                return None
            if isinstance(condition, outer):
                return _absorbed([clause for clauses in known for clause in clauses])
            size = 1
            for clauses in known:
                size *= len(clauses)
            if size > _MOST_CLAUSES**2:
                return None
            combined = _absorbed([frozenset().union(*choice) for choice in product(*known)])
            return combined if len(combined) <= _MOST_CLAUSES else None
        case Not() as leaf:
            return [frozenset({leaf})]
        case _:
            return [frozenset({condition})]


def _absorbed(clauses: list[Clause]) -> list[Clause]:
    """The clauses without those that another one implies."""
    unique = list(dict.fromkeys(clauses))
    return [clause for clause in unique if not any(other < clause for other in unique)]


def _joined(inner: type[And] | type[Or], clause: Clause) -> Condition | None:
    """One clause in a stable order, with the method in one leaf and without Not.

    None for a clause that no request can match, such as POST and GET.
    """
    ordered = sorted(clause, key=repr)
    if len(ordered) == 1:
        return ordered[0]
    methods: list[frozenset[Method]] = []
    rest: list[Condition] = []
    for part in ordered:
        match part:
            case MethodIs(allowed):
                methods.append(allowed)
            case Not(MethodIs(excluded)):
                methods.append(METHODS - excluded)
            case _:
                rest.append(part)
    if methods:
        together = frozenset.union(*methods) if inner is Or else frozenset.intersection(*methods)
        if not together:
            return None
        rest.insert(0, MethodIs(together))
    return rest[0] if len(rest) == 1 else inner(tuple(rest))
