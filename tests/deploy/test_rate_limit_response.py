"""The 429 contract of each of API Gateway's layers. WAF's is only read, because the emulator does not enforce it."""

import json

import pytest

from settings.layer import Layer
from tests.deploy.deployed import KEYS, Deployed, ask
from tests.synthesis import rendered
from verify.burst import Answer, send

CHAT, EMBEDDINGS = "url_post_v1_chat_completions", "url_post_v1_embeddings"


def refused(url: str, headers: dict[str, str]) -> Answer:
    """A 429, after enough requests at once."""
    return next(answer for answer in send("POST", url, count=16, headers=headers).answers if answer.status == 429)


def contract(layer: Layer, headers: dict[str, str], body: str) -> None:
    codes = {"throttle": "rate_limit_exceeded", "quota": "quota_exceeded", "waf": "ip_rate_limit_exceeded"}
    seconds = {"throttle": "1", "quota": "3600", "waf": "60"}
    assert json.loads(body) == {
        "type": "error",
        "error": {
            "message": "Too many requests. See https://a.example/limits",
            "type": "rate_limit_error",
            "param": None,
            "code": codes[layer],
        },
    }
    shown = {name: value for name, value in headers.items() if name in {"Retry-After", "x-should-retry", "X-Contact"}}
    retried = {} if layer == "throttle" else {"x-should-retry": "false"}
    assert shown == {"Retry-After": seconds[layer], "X-Contact": "ml"} | retried
    assert headers["Access-Control-Allow-Origin"] == "https://a.example"


@pytest.mark.parametrize(
    ("layer", "output", "key"),
    [
        pytest.param(Layer.THROTTLE, CHAT, None, id="a route's throttle"),
        pytest.param(Layer.THROTTLE, EMBEDDINGS, "slow", id="a plan's throttle"),
        pytest.param(Layer.QUOTA, EMBEDDINGS, "trial", id="a plan's quota"),
    ],
)
def test_whatever_limits_a_caller_it_says_the_same(
    everything: Deployed, layer: Layer, output: str, key: str | None
) -> None:
    answer = refused(everything.outputs[output], {"x-api-key": KEYS[key]} if key else {})
    headers = dict(answer.headers)
    contract(layer, headers, answer.body)
    assert headers["Content-Type"] == "application/json"


def test_waf_would_say_the_same(everything: Deployed) -> None:
    # Synthesized again: what was deployed may lack arguments that an older provider does not know.
    acl = rendered(everything.environment)["resource"]["aws_wafv2_web_acl"]["web_acl"]
    (body,) = acl["custom_response_body"]
    (rule,) = acl["rule"]
    answer = rule["action"]["block"]["custom_response"]
    assert (answer["response_code"], answer["custom_response_body_key"]) == (429, body["key"])
    contract(Layer.WAF, {header["name"]: header["value"] for header in answer["response_header"]}, body["content"])
    assert body["content_type"] == "APPLICATION_JSON"


def test_a_blocked_route_is_blocked_from_the_first_deploy_on(everything: Deployed) -> None:
    answers = send("GET", everything.outputs["url_get_v1_models"], count=16).answers
    assert sum(answer.status == 429 for answer in answers) >= 15
    contract(Layer.THROTTLE, *next((dict(each.headers), each.body) for each in answers if each.status == 429))


def test_a_plan_lets_through_no_more_than_its_quota(everything: Deployed) -> None:
    # Before or after the quota's 429 above, for a day with three requests.
    answers = send("POST", everything.outputs[EMBEDDINGS], count=16, headers={"x-api-key": KEYS["trial"]}).answers
    assert sum(answer.status == 200 for answer in answers) <= 3
    assert {answer.status for answer in answers} <= {200, 429}


def test_without_a_key_there_is_no_plan_to_be_limited_by(everything: Deployed) -> None:
    answer = ask("POST", everything.outputs[EMBEDDINGS])
    assert answer.status == 403
    assert json.loads(answer.body)["error"]["code"] == "invalid_api_key"


def test_a_path_that_is_not_there_is_a_404_in_the_same_shape(everything: Deployed) -> None:
    answer = ask("POST", f"{everything.outputs['http_endpoint']}/v1/v1/embeddings")
    assert answer.status == 404
    assert json.loads(answer.body)["error"]["code"] == "not_found"
    assert dict(answer.headers)["Access-Control-Allow-Origin"] == "https://a.example"
