"""Which routes a rate rule counts."""

from pathlib import Path

import pytest

from review.layers.from_settings import layers_of
from settings.route import Route
from settings.waf.counted_routes import in_scope
from settings.waf.path_pattern import covers
from settings.waf.scope_down import ScopeDown
from tests.environment_files import MINIMAL, environment

WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("path", "other", "covered"),
    [
        ("/chat", "/chat", True),
        ("/Chat", "/chat", True),  # WAF looks at small letters
        ("/chat", "/chat/x", False),
        ("/v1/{id}", "/v1/{model}", True),
        ("/v1/{id}", "/v1/chat", True),
        ("/v1/{id}", "/v1/{id}/versions", True),  # docs/waf.md: a variable matches any depth
        ("/v1/{proxy+}", "/v1/a/b", True),
        ("/v1/{id}", "/v2/chat", False),
        ("/v1/chat", "/v1/{id}", False),  # only some of its requests
    ],
)
def test_a_path_covers_another(path: str, other: str, covered: bool) -> None:  # noqa: FBT001  # a test's parameter
    assert covers(path, other) is covered


@pytest.mark.parametrize(
    ("path", "other", "covered"),
    [
        ("/chat", "/chat", True),
        ("/Chat", "/chat", False),
        ("/v1/{id}", "/v1/{model}", True),
        ("/v1/{id}", "/v1/{id}/versions", False),
        ("/v1/{proxy+}", "/v1/a/b", True),
    ],
)
def test_a_path_that_is_left_out_covers_less(path: str, other: str, covered: bool) -> None:  # noqa: FBT001  # the same
    assert covers(path, other, left_out=True) is covered


@pytest.mark.parametrize(
    ("scope", "answer"),
    [
        ({"path": "/v1/{id}"}, True),
        ({"path": "/v1/gpt"}, None),  # some values of the variable
        ({"path": "/v2/gpt"}, False),
        ({"path": "/{any}/gpt"}, None),
        ({"method": "GET"}, True),
        ({"method": "POST"}, False),
        ({"country": ["DE"]}, None),
        ({"asn": [64496]}, None),
        ({"not": {"method": "POST"}}, True),
        ({"not": {"path": "/v1/{id}"}}, False),
        ({"not": {"path": "/V1/{id}"}}, True),
        ({"not": {"not": {"path": "/V1/{id}"}}}, True),
        ({"not": {"country": ["DE"]}}, None),
        ({"and": [{"method": "GET"}, {"country": ["DE"]}]}, None),
        ({"and": [{"method": "POST"}, {"country": ["DE"]}]}, False),
        ({"or": [{"method": "GET"}, {"country": ["DE"]}]}, True),
        ({"or": [{"method": "POST"}, {"country": ["DE"]}]}, None),
        ({"or": [{"method": "POST"}, {"path": "/v2"}]}, False),
    ],
)
def test_a_scope_as_far_as_the_route_says(scope: dict[str, object], answer: bool | None) -> None:  # noqa: FBT001
    route = Route(method="GET", path="/v1/{id}")
    assert in_scope(ScopeDown.model_validate(scope), route) is answer


ROUTES = """
[[routes]]
method = "GET"
path = "/models/{id}"

[[routes]]
method = "GET"
path = "/models/{id}/versions"

[[waf.rate_rules]]
name = "rule"
limit = 100
"""


@pytest.mark.parametrize(
    ("rule", "routes"),
    [
        ("", None),
        ('routes = ["POST /chat"]', {"POST /chat"}),
        ('routes = ["GET /models/{id}"]', {"GET /models/{id}", "GET /models/{id}/versions"}),
        ('scope_down = { method = "GET" }', {"GET /models/{id}", "GET /models/{id}/versions"}),
        ('scope_down = { country = ["DE"] }', None),
    ],
)
def test_a_rule_counts_these_routes(tmp_path: Path, rule: str, routes: set[str] | None) -> None:
    (window,) = layers_of(environment(tmp_path, MINIMAL + ROUTES + rule)).windows
    assert window.routes == (None if routes is None else frozenset(routes))


def test_preflights_cost_no_budget_of_a_rule_for_the_whole_api(tmp_path: Path) -> None:
    text = MINIMAL + '[[routes]]\nmethod = "OPTIONS"\npath = "/chat"\n[[waf.rate_rules]]\nname = "rule"\nlimit = 100\n'
    (window,) = layers_of(environment(tmp_path, text)).windows
    assert window.routes == frozenset({"POST /chat"})


def test_what_depends_on_more_than_the_route_is_said(tmp_path: Path) -> None:
    for scope, said in (('country = ["DE"]', 1), ('path = "/chat"', 0), ('path = "/models/gpt"', 1)):
        layers = layers_of(environment(tmp_path, MINIMAL + ROUTES + f"scope_down = {{ {scope} }}"))
        assert len(layers.left_out) == said, scope


@pytest.mark.parametrize(
    ("waf", "said"),
    [
        ('[waf]\nblock = ["192.0.2.1"]', "WAF's block list is left out"),
        ('[[waf.managed_rule_groups]]\nname = "AWSManagedRulesCommonRuleSet"', "Managed rule groups are left out"),
        (
            f'[waf]\nweb_acl_arn = "{WEB_ACL}"',
            "The web ACL is an existing one",
        ),
    ],
)
def test_what_the_review_cannot_know_is_said(tmp_path: Path, waf: str, said: str) -> None:
    layers = layers_of(environment(tmp_path, MINIMAL + waf))
    assert layers.windows == ()
    assert [text.startswith(said) for text in layers.left_out] == [True]
