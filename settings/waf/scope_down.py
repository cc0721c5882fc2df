"""`scope_down`: which requests a rate rule counts."""

from typing import Annotated, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from settings.base import Item, Settings, SomeItems
from settings.problem import Problem, refuse
from settings.route import Method, Route
from settings.throttling import word_or_table
from settings.waf.condition import (
    AddressIn,
    And,
    AsnIn,
    Condition,
    CountryIn,
    HasLabel,
    HeaderIs,
    MethodIs,
    Not,
    Or,
    PathIs,
    Position,
)
from settings.waf.country import Country
from settings.waf.ip_list import IpRanges, ip_sets
from settings.waf.path_pattern import LONGEST_PATTERN, ODD_PATH, canonical_pattern, plain_pattern
from settings.waf.regular_expression import find_fault
from settings.waf.text_transformation import CANONICAL_PATH, NONE, TextTransformations

# Far more than fits into a web ACL. It ends the recursion, so that no code that reads a condition overflows the stack.
_DEEPEST = 16

Label = Annotated[str, Field(pattern=r"^[0-9A-Za-z_\-:]{1,1024}$")]

IpSetArn = Annotated[
    str,
    Field(pattern=r"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/ipset/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}$"),
]


def _path(path: str) -> str:
    return Route(method="GET", path=path).path


def _each_once(items: tuple[Item, ...]) -> tuple[Item, ...]:
    twice = [item for item in items if items.count(item) > 1]
    if twice:
        raise ValueError(f"{twice[0]} twice")
    return items


# https://docs.aws.amazon.com/waf/latest/APIReference/API_AsnMatchStatement.html, read 2026-11.
MOST_ASNS = 100
Asn = Annotated[int, Field(ge=0, le=4_294_967_295)]


def _at_most_a_hundred(asns: tuple[int, ...]) -> tuple[int, ...]:
    if len(asns) > MOST_ASNS:
        raise ValueError(f"AWS allows at most {MOST_ASNS}, not {len(asns)}")
    return asns


class Header(Settings):
    """A header and the value that it must have."""

    # The provider: aws_wafv2_web_acl, single_header.
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    """Name of the header."""

    value: Annotated[str, Field(min_length=1, max_length=LONGEST_PATTERN)]
    """The value to look for."""

    positional_constraint: Position = "EXACTLY"
    """How the value is compared. `REGEX` treats it as a regular expression."""

    text_transformations: TextTransformations = NONE
    """Transformations that WAF applies to the header before it compares."""

    @model_validator(mode="after")
    def _can_match(self) -> Self:
        wrong = None
        if self.positional_constraint == "REGEX":
            wrong = find_fault(self.value)
        elif "LOWERCASE" in self.text_transformations and self.value != self.value.lower():
            wrong = "has capital letters, but LOWERCASE removes those from the request; it can never match"
        if wrong:
            refuse(self, Problem(("value",), wrong))
        return self


class ScopeDown(Settings):
    """One condition, or several under `and`, `or`, `not`. A table has exactly one key."""

    and_: SomeItems["ScopeDown"] | None = Field(default=None, alias="and")
    or_: SomeItems["ScopeDown"] | None = Field(default=None, alias="or")
    not_: "ScopeDown | None" = Field(default=None, alias="not")

    path: Annotated[str, AfterValidator(_path)] | None = None
    """A path, written as in a route, with variables. It does not need to be a route."""

    method: Method | None = None
    """The request's HTTP method."""

    header: Header | None = None

    ip_set: (
        Annotated[
            Annotated[IpSetArn, Tag("word")] | Annotated[IpRanges, Tag("table")],
            Discriminator(word_or_table),
        ]
        | None
    ) = None
    """Address ranges, or the ARN of an existing IP set."""

    country: Annotated[SomeItems[Country], AfterValidator(_each_once)] | None = None
    """Countries by their two-letter codes."""

    asn: Annotated[SomeItems[Asn], AfterValidator(_each_once), AfterValidator(_at_most_a_hundred)] | None = None
    """Networks by their autonomous system numbers. 0 matches addresses for which AWS knows none."""

    label: Label | None = None
    """A label that an earlier rule added to the request. A namespace ends in a colon."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for value in dict(self).values()) != 1:
            known = "and, or, not, path, method, header, ip_set, country, asn, label"
            raise ValueError(f"must contain exactly one of {known}")
        if self.ip_set == ():
            raise ValueError("ip_set must contain at least one range")
        if self._depth > _DEEPEST:
            raise ValueError(f"must be nested at most {_DEEPEST} deep")
        return self

    @property
    def _depth(self) -> int:
        parts = (*(self.and_ or ()), *(self.or_ or ()), *((self.not_,) if self.not_ else ()))
        return 1 + max((part._depth for part in parts), default=0)  # noqa: SLF001  # of its own class

    def condition(self, *, prefixes: tuple[str, ...], stem: str) -> Condition:
        """The condition. Its own IP sets are named `<stem>_<number>_ipv4` and so on."""
        return _Reader(prefixes, stem).read(self)


class _Reader:
    """Numbers the IP sets while it reads the tables."""

    def __init__(self, prefixes: tuple[str, ...], stem: str) -> None:
        self._prefixes = prefixes
        self._stem = stem
        self._sets = 0

    def read(self, scope: ScopeDown, *, left_out: bool = False) -> Condition:
        condition: Condition
        if scope.and_:
            condition = And(tuple(self.read(part, left_out=left_out) for part in scope.and_))
        elif scope.or_:
            condition = Or(tuple(self.read(part, left_out=left_out) for part in scope.or_))
        elif scope.not_:
            condition = Not(self.read(scope.not_, left_out=not left_out))
        elif scope.path is not None:
            condition = (path_is_surely if left_out else path_is)(scope.path, self._prefixes)
        elif isinstance(scope.ip_set, tuple):
            self._sets += 1
            condition = in_any(f"{self._stem}_{self._sets}", scope.ip_set)
        else:
            condition = self._leaf(scope)
        return condition

    def _leaf(self, scope: ScopeDown) -> Condition:
        match scope:
            case ScopeDown(method=str(method)):
                return MethodIs(frozenset({method}))
            case ScopeDown(header=Header() as header):
                position = header.positional_constraint
                return HeaderIs(header.name.lower(), header.value, position, header.text_transformations)
            case ScopeDown(country=tuple(countries)):
                return CountryIn(countries)
            case ScopeDown(asn=tuple(asns)):
                return AsnIn(asns)
            case ScopeDown(label=str(label)):
                return HasLabel(label, "NAMESPACE" if label.endswith(":") else "LABEL")
            case _:
                return AddressIn(str(scope.ip_set))


def in_any(stem: str, ranges: tuple[str, ...]) -> Condition:
    """The address is in one of the ranges, IPv4 or IPv6."""
    sets = tuple(AddressIn(ip_set) for ip_set in ip_sets(stem, ranges))
    return sets[0] if len(sets) == 1 else Or(sets)


def path_is(path: str, prefixes: tuple[str, ...]) -> Condition:
    """That path in any spelling: for what a rule counts."""
    return Or((PathIs(canonical_pattern(path, prefixes), CANONICAL_PATH), PathIs(ODD_PATH, ("URL_DECODE",))))


def path_is_surely(path: str, prefixes: tuple[str, ...]) -> Condition:
    """That path in its plain spelling: for what a rule leaves out."""
    return PathIs(plain_pattern(path, prefixes), NONE)


def any_route(routes: tuple[Route, ...], prefixes: tuple[str, ...]) -> Condition:
    """One of the routes, by path and method.

    `(A and POST) or (B and GET)` would be too deep under a rate rule with further conditions. Since a request has one
    method, it is equal to `(POST or GET) and (A or GET) and (B or POST)`, which is not too deep.
    """
    methods_of: dict[str, set[Method]] = {}
    for route in routes:
        methods_of.setdefault(route.path, set()).add(route.method)
    paths_of: dict[frozenset[Method], list[str]] = {}
    for path, methods in methods_of.items():
        paths_of.setdefault(frozenset(methods), []).append(path)
    every = frozenset[Method]().union(*paths_of)
    if len(paths_of) == 1:
        return And((MethodIs(every), Or(tuple(path_is(path, prefixes) for path in methods_of))))
    clauses: list[Condition] = [MethodIs(every)]
    for method in sorted(every):
        paths = [path_is(path, prefixes) for path, methods in methods_of.items() if method in methods]
        others = every - {method}
        clauses.append(Or((*paths, MethodIs(others))))
    return And(tuple(clauses))
