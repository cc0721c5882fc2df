"""Patterns against the ways in which a path can be written."""

import posixpath
import re
from urllib.parse import unquote

import pytest

from settings.waf.condition import Leaf, Or, PathIs
from settings.waf.path_pattern import canonical_pattern, decoded_pattern
from settings.waf.scope_down import path_is

PREFIXES = ("prod",)


def transformed(path: str, transformation: str) -> str:
    """What WAF's transformations do: waf-rule-statement-transformation.html of its developer guide."""
    match transformation:
        case "URL_DECODE":
            return unquote(path)
        case "NORMALIZE_PATH":
            normal = re.sub("^//", "/", posixpath.normpath(path))
            return normal + "/" if path.endswith("/") and normal != "/" else normal
        case "LOWERCASE":
            return path.lower()
    raise AssertionError(transformation)


def matches(route: str, path: str, prefixes: tuple[str, ...] = PREFIXES) -> bool:
    condition = path_is(route, prefixes)
    leaves: tuple[Leaf, ...] = condition.parts if isinstance(condition, Or) else (condition,)  # type: ignore[assignment]
    for leaf in leaves:
        assert isinstance(leaf, PathIs)
        seen = path
        for transformation in leaf.text_transformations:
            seen = transformed(seen, transformation)
        if re.search(leaf.pattern, seen):
            return True
    return False


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
        "/v1/models/..%2f..%2fetc",
        "/prod/v1/models/%2e%2e%2fx",
        "//v1/models/a",
        "/x/../v1/models/a",
        "/V1/Models/A",
        "/%761/models/a%2Fb",
    ],
)
def test_a_variable_takes_whatever_api_gateway_may_take_for_one_part(path: str) -> None:
    assert matches("/v1/models/{id}", path)


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/", "/v1/other/gpt", "/v2/models/gpt"])
def test_a_variable_needs_a_value_and_its_place(path: str) -> None:
    assert not matches("/v1/models/{id}", path)


@pytest.mark.parametrize("path", ["/files/a", "/files/a/b/c", "/prod/files/a/../b", "/files/..%2fx"])
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
    assert canonical_pattern("/chat", ("prod", "llm")) == "^(?:/(?:prod|llm))?/chat/?$"
    for path in ("/chat", "/prod/chat", "/llm/chat"):
        assert matches("/chat", path, ("prod", "llm"))


@pytest.mark.parametrize(
    ("path", "canonical", "decoded"),
    [
        ("/v1/chat", "^(?:/prod)?/v1/chat/?$", None),
        ("/v1/{id}", "^(?:/prod)?/v1/[^/]+/?$", "^(?:/+prod)?/+v1/+.+$"),
        ("/v1/{id}/x", "^(?:/prod)?/v1/[^/]+/x/?$", "^(?:/+prod)?/+v1/+.+/+x$"),
        ("/{proxy+}", "^(?:/prod)?/.+/?$", "^(?:/+prod)?/+.+$"),
        ("/", "^(?:/prod)?/?$", None),
    ],
)
def test_patterns(path: str, canonical: str, decoded: str | None) -> None:
    assert canonical_pattern(path, PREFIXES) == canonical
    assert decoded_pattern(path, PREFIXES) == decoded


@pytest.mark.parametrize("path", ["/v1/{id}", "/{proxy+}", "/v1/chat"])
def test_patterns_have_nothing_that_aws_does_not_take(path: str) -> None:
    for pattern in (canonical_pattern(path, PREFIXES), decoded_pattern(path, PREFIXES)):
        if pattern is not None:
            assert re.compile(pattern).groups == 0
