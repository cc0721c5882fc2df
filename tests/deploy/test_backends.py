"""Requests through the gateway to a local server and to a packaged function: validated, authorized, passed on."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.deploy.deployed import Deployed, ask

CHAT = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]})


def test_a_greedy_path_and_its_query_reach_the_server(everything: Deployed) -> None:
    url = everything.outputs["url_get_v1_tenant_proxy"].replace("{tenant}", "acme").replace("{proxy+}", "a/b.txt")
    answer = ask("GET", url)
    assert (answer.status, json.loads(answer.body)["path"]) == (200, "/acme/files/a/b.txt")


def test_a_valid_body_reaches_the_server_as_it_came(everything: Deployed) -> None:
    answer = ask("POST", everything.outputs["url_post_checked"], CHAT, **{"X-Tenant": "acme"})
    assert (answer.status, json.loads(answer.body)) == (200, {"method": "POST", "path": "/chat", "body": CHAT})


@pytest.mark.parametrize(
    ("body", "headers", "message", "code"),
    [
        pytest.param(
            CHAT, {}, "Missing required request parameters: [X-Tenant]", "BAD_REQUEST_PARAMETERS", id="header"
        ),
        pytest.param('{"model": "m"}', {"X-Tenant": "acme"}, "Invalid request body", "BAD_REQUEST_BODY", id="body"),
        pytest.param(
            '{"model": "m"}',
            {"X-Tenant": "acme", "Content-Type": "text/plain"},
            "Invalid request body",
            "BAD_REQUEST_BODY",
            id="body of another content type",
        ),
    ],
)
def test_a_400_has_the_shape_of_the_429(
    everything: Deployed, body: str, headers: dict[str, str], message: str, code: str
) -> None:
    answer = ask("POST", everything.outputs["url_post_checked"], body, **headers)
    assert answer.status == 400
    assert json.loads(answer.body) == {
        "type": "error",
        "error": {"message": message, "type": "invalid_request_error", "param": None, "code": code},
    }
    assert dict(answer.headers)["Access-Control-Allow-Origin"] == "https://a.example"


def test_a_preflight(everything: Deployed) -> None:
    answer = ask("OPTIONS", everything.outputs["url_post_checked"], Origin="https://a.example")
    headers = dict(answer.headers)
    assert answer.status == 200
    assert headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert headers["Access-Control-Allow-Methods"] == "POST,OPTIONS"


def test_a_packaged_function_answers(everything: Deployed) -> None:
    answer = ask("POST", everything.outputs["url_post_function"], CHAT)
    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["choices"][0]["message"] == {"role": "assistant", "content": "hello"}


@pytest.mark.parametrize(("token", "status"), [("Bearer good", 200), ("Bearer bad", 403), (None, 401)])
def test_an_authorizer_lets_in_whom_it_knows(everything: Deployed, token: str | None, status: int) -> None:
    answer = ask("GET", everything.outputs["url_get_guarded"], **({"Authorization": token} if token else {}))
    assert answer.status == status
    if status != 200:
        assert dict(answer.headers)["Access-Control-Allow-Origin"] == "https://a.example"
        assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"


def test_a_second_plan_changes_nothing(everything: Deployed) -> None:
    assert everything.cdktf.planned_changes("everything") == {}


@pytest.mark.usefixtures("everything")
def test_the_api_carries_the_tags(client: Callable[[str], Any]) -> None:
    (api,) = [api for api in client("apigateway").get_rest_apis()["items"] if api["name"] == "everything"]
    assert api["tags"] == {"team": "ml"}
