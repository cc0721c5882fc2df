"""Conditions that are rewritten to fit Terraform's depth keep their meaning."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings.route import Method
from settings.waf.condition import (
    METHODS,
    AddressIn,
    And,
    Condition,
    CountryIn,
    HasLabel,
    MethodIs,
    Not,
    Or,
    TooDeepError,
    always_matches,
    can_match,
    flatten,
)
from settings.waf.ip_list import IpSet
from tests.examples import examples

A, B, C, D = (HasLabel(name, "LABEL") for name in "abcd")
GET, POST = MethodIs(frozenset({"GET"})), MethodIs(frozenset({"POST"}))
Request = tuple[frozenset[str], Method]


def holds(condition: Condition, request: Request) -> bool:
    labels, method = request
    match condition:
        case And(parts):
            return all(holds(part, request) for part in parts)
        case Or(parts):
            return any(holds(part, request) for part in parts)
        case Not(part):
            return not holds(part, request)
        case MethodIs(methods):
            return method in methods
        case HasLabel(key, _):
            return key in labels
        case _:
            raise AssertionError(condition)


def depth(condition: Condition) -> int:
    match condition:
        case And(parts) | Or(parts):
            return 1 + max(map(depth, parts))
        case Not(part):
            return 1 + depth(part)
        case _:
            return 0


leaf = st.sampled_from([A, B, C, D, GET, POST, MethodIs(frozenset({"GET", "POST"}))])
condition: st.SearchStrategy[Any] = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=8,
)
request_ = st.tuples(st.frozensets(st.sampled_from("abcd")), st.sampled_from(sorted(METHODS)))


@settings(max_examples=examples(500), deadline=None, derandomize=True)
@given(condition=condition, requests=st.lists(request_, min_size=8, max_size=8))
def test_what_fits_is_shallow_and_means_the_same(condition: Condition, requests: list[Request]) -> None:
    try:
        flat = flatten(condition)
    except TooDeepError:
        return
    assert depth(flat) <= 2
    for request in requests:
        assert holds(flat, request) == holds(condition, request)


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(condition=condition, request=request_)
def test_what_a_request_meets_is_possible(condition: Condition, request: Request) -> None:
    if holds(condition, request):
        assert can_match(condition)


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(condition=condition)
def test_what_every_request_meets_is_certain_and_nothing_else(condition: Condition) -> None:
    labels = (frozenset(each) for size in range(5) for each in combinations("abcd", size))
    requests = [(each, method) for each in labels for method in METHODS]
    assert always_matches(condition) == all(holds(condition, request) for request in requests)


def test_too_many_parts_are_not_tried() -> None:
    many = [HasLabel(f"l{index}", "LABEL") for index in range(20)]
    assert not always_matches(Or((*many, Not(many[0]))))


def test_one_ip_set_is_the_same_under_two_names() -> None:
    one, other = (AddressIn(IpSet(name=name, version="IPV4", addresses=("192.0.2.0/24",))) for name in "ab")
    assert always_matches(Or((one, Not(other))))


@pytest.mark.parametrize(
    "condition",
    [And((GET, POST)), Not(Or((MethodIs(METHODS), A))), Or((And((A, GET, Not(GET))), Not(MethodIs(METHODS))))],
)
def test_what_no_method_meets_is_not(condition: Condition) -> None:
    assert not can_match(condition)


def test_a_leaf_stays_a_leaf() -> None:
    assert flatten(And((A,))) == A


def test_a_double_negation_goes() -> None:
    assert flatten(Not(Not(A))) == A


def test_negations_move_to_the_leaves() -> None:
    assert flatten(Not(Or((A, B)))) == And((Not(A), Not(B)))


def test_what_is_said_twice_is_said_once() -> None:
    assert flatten(And((A, And((B, A))))) == And((A, B))


def test_an_or_of_ands_in_an_and_becomes_an_and_of_ors() -> None:
    assert flatten(And((Not(D), Or((And((A, B)), C))))) == And((Not(D), Or((A, C)), Or((B, C))))


def test_a_method_ruled_out_inside_an_or_becomes_the_others() -> None:
    others = MethodIs(METHODS - {"GET"})
    assert flatten(And((Not(D), Or((A, Not(GET)))))) == And((Not(D), Or((others, A))))


def test_an_alternative_that_no_request_can_meet_goes() -> None:
    assert flatten(Or((Not(A), And((POST, Or((GET, B))))))) == Or((Not(A), And((POST, B))))


@pytest.mark.parametrize(
    "deep",
    [
        pytest.param(And((Or((A, Not(B))), Not(C))), id="a not inside an or beside something else"),
        pytest.param(Or((And((A, Not(B))), And((C, Not(D))))), id="nots in two alternatives"),
    ],
)
def test_what_cannot_be_written_is_said_to_be_too_deep(deep: Condition) -> None:
    with pytest.raises(TooDeepError):
        flatten(deep)


def test_a_condition_that_grows_without_end_is_given_up() -> None:
    labels = [(HasLabel(f"a{n}", "LABEL"), HasLabel(f"b{n}", "LABEL")) for n in range(20)]
    deep = And((Or(tuple(And(pair) for pair in labels)), Not(A), Or(tuple(And((Not(x), y)) for x, y in labels))))
    with pytest.raises(TooDeepError):
        flatten(deep)


def test_countries_are_leaves_too() -> None:
    assert flatten(Not(CountryIn(("US", "DE")))) == Not(CountryIn(("US", "DE")))
