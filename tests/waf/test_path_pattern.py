"""Patterns match the spellings of a path."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings.waf.path_pattern import LONGEST_PATTERN, canonical_pattern, plain_pattern
from settings.waf.scope_down import path_is, path_is_surely
from tests.examples import examples
from tests.waf.request_path import GATEWAYS, WAFS, answers, routed
from tests.waf.spellings import any_path, spelling

PREFIXES = ("prod",)
ROUTES = (
    "/",
    "/v1/chat",
    "/v1.1/chat",
    "/v1/models/{id}",
    "/v1/models/{id}/versions",
    "/v1/{id}/x/{name}",
    "/files/{proxy+}",
    "/{proxy+}",
)


def matches(route: str, path: str, prefixes: tuple[str, ...] = PREFIXES) -> bool:
    """With every reading of WAF's transformations."""
    return all(waf.holds(path_is(route, prefixes), path) for waf in WAFS)


def surely(route: str, path: str, prefixes: tuple[str, ...] = PREFIXES) -> bool:
    """With some reading of WAF's transformations."""
    return any(waf.holds(path_is_surely(route, prefixes), path) for waf in WAFS)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat",
        "/prod/v1/chat",
        "/v1/chat/",
        "/prod/v1/chat/",
        "//v1//chat",
        "/v1/./chat",
        "/x/../v1/chat",
        "/../v1/chat",
        "/a%2Fb/../v1/chat",
        "/%76%31/chat",
        "/v1%2Fchat",
        "/v1/%2e%2e/v1/chat",
        "/V1/CHAT",
        "/PROD/v1/chat",
        "/v1/%63%48at//",
    ],
)
def test_no_spelling_escapes(path: str) -> None:
    assert matches("/v1/chat", path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/chats",
        "/xv1/chat",
        "/v1/chat/more",
        "/v1/chat.",
        "/v1/..chat",
        "/dev/v1/chat",
        "/prod/prod/v1/chat",
        "/v1xchat",
        "/a/v1/chat",
    ],
)
def test_other_paths_are_left_alone(path: str) -> None:
    assert not matches("/v1/chat", path)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/gpt",
        "/prod/v1/models/gpt/",
        "/v1/models/a%2Fb",
        "/v1/models/a%2Fb%0Ac",
        "/v1/models/%2F",
        "/v1/models/..%2f..%2fetc",
        "/prod/v1/models/%2e%2e%2fx",
        "//v1/models/a",
        "/x/../v1/models/a",
        "/x/../v1/models/a%2Fb",
        "/v1/./models/a%2Fb",
        "/V1/Models/A",
        "/%761/models/a%2Fb",
    ],
)
def test_a_variable_takes_whatever_api_gateway_may_take_for_one_part(path: str) -> None:
    assert matches("/v1/models/{id}", path)


@pytest.mark.parametrize(
    "path", ["/v1/models/a%2Fb/versions/", "/v1/models/a%0A%2F/versions", "/v1//models/a/versions"]
)
def test_a_variable_in_the_middle(path: str) -> None:
    assert matches("/v1/models/{id}/versions", path)


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/", "/v1/other/gpt", "/v2/models/gpt"])
def test_a_variable_needs_a_value_and_its_place(path: str) -> None:
    assert not matches("/v1/models/{id}", path)


@pytest.mark.parametrize("path", ["/files/a", "/files/a/b/c", "/prod/files/a/../b", "/files/..%2fx", "/files/a%0Ab"])
def test_a_greedy_variable_takes_the_rest(path: str) -> None:
    assert matches("/files/{proxy+}", path)


def test_a_greedy_variable_takes_something() -> None:
    assert not matches("/files/{proxy+}", "/files")


@pytest.mark.parametrize("path", ["/", "/prod", "/prod/", "//"])
def test_the_root_with_and_without_the_stage(path: str) -> None:
    assert matches("/", path)


def test_a_dot_is_a_dot() -> None:
    assert matches("/v1.1/chat", "/v1.1/chat")
    assert not matches("/v1.1/chat", "/v1x1/chat")


def test_a_custom_domain_has_a_base_path_instead_of_the_stage() -> None:
    assert canonical_pattern("/chat", ("Prod", "llm")) == "^(?:/(?:prod|llm))?/chat/?$"
    for path in ("/chat", "/prod/chat", "/llm/chat"):
        assert matches("/chat", path, ("Prod", "llm"))
        assert surely("/chat", path, ("prod", "llm"))


@pytest.mark.parametrize(
    ("path", "canonical", "plain"),
    [
        ("/v1/Chat", "^(?:/prod)?/v1/chat/?$", "^(?:/Prod)?/v1/Chat$"),
        ("/v1.1/{id}", r"^(?:/prod)?/v1\.1/[\s\S]+/?$", r"^(?:/Prod)?/v1\.1/[^/%]*[^/%.][^/%]*$"),
        ("/{proxy+}", r"^(?:/prod)?/[\s\S]+/?$", "^(?:/Prod)?/[^/%]*[^/%.][^/%]*(?:/[^/%]*[^/%.][^/%]*)*$"),
        ("/", "^(?:/prod)?/?$", "^(?:/Prod)?/$"),
    ],
)
def test_patterns(path: str, canonical: str, plain: str) -> None:
    assert canonical_pattern(path, ("Prod",)) == canonical
    assert plain_pattern(path, ("Prod",)) == plain


@pytest.mark.parametrize("path", ROUTES)
def test_patterns_have_nothing_that_aws_does_not_take(path: str) -> None:
    for pattern in (canonical_pattern(path, PREFIXES), plain_pattern(path, PREFIXES)):
        assert re.compile(pattern).groups == 0
        assert "(?=" not in pattern
        assert "(?!" not in pattern
        assert len(pattern) <= LONGEST_PATTERN


@pytest.mark.parametrize("path", ["/v1/models/gpt-4.1", "/prod/v1/models/a:b", "/v1/models/x..."])
def test_what_is_left_out_is_written_plainly(path: str) -> None:
    assert surely("/v1/models/{id}", path)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/..",
        "/v1/models/../chat",
        "/v1/models/..%2fchat",
        "/v1/models/%2e%2e",
        "/v1/models/a%2Fb",
        "/v1/models/x/../chat",
        "/v1/models//..",
        "/V1/models/a",
        "/v1/models/a/b",
    ],
)
def test_nothing_else_is_left_out(path: str) -> None:
    assert not surely("/v1/models/{id}", path)


MOUNTS = ("", "prod", "llm")
route_and_path = st.sampled_from(ROUTES).flatmap(
    lambda route: st.tuples(st.just(route), st.one_of(spelling(route, MOUNTS), any_path))
)


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(case=route_and_path)
def test_what_some_gateway_takes_for_the_route_is_counted(case: tuple[str, str]) -> None:
    route, path = case
    if any(routed(route, path, MOUNTS)):
        assert matches(route, path, ("prod", "llm"))


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(case=route_and_path)
def test_only_what_every_gateway_takes_for_the_route_is_left_out(case: tuple[str, str]) -> None:
    route, path = case
    if surely(route, path, ("prod", "llm")):
        for gateway in GATEWAYS.values():
            parts = gateway(path)
            views = [parts, parts[1:]] if parts[:1] in (["prod"], ["llm"]) else [parts]
            assert any(answers(route, view, capitals_differ=True) for view in views)


def test_the_spellings_reach_the_routes() -> None:
    """Otherwise the two properties above would prove nothing."""
    reached = {"routed": 0, "left out": 0}

    @settings(max_examples=examples(300), deadline=None, derandomize=True, database=None)
    @given(case=route_and_path)
    def count(case: tuple[str, str]) -> None:
        route, path = case
        reached["routed"] += any(routed(route, path, MOUNTS))
        reached["left out"] += surely(route, path, ("prod", "llm"))

    count()
    assert reached["routed"] > examples(300) / 4
    assert reached["left out"] > examples(300) / 50
