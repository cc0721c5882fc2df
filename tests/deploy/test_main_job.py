"""environments/local.toml, deployed, hit, changed and destroyed."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo.burst import send
from demo.command_line import Cdktf
from settings.throttling import Throttle
from tests.deploy.own_changes import own_changes

CHAT, MYENDPOINT = "url_post_v1_chat_completions", "url_post_myendpoint"

Deployed = tuple[Cdktf, dict[str, Any]]


@pytest.fixture(scope="module")
def local(cdktf: Callable[[str, str], Cdktf], local_environment: str) -> Iterator[Deployed]:
    stack = cdktf("local", local_environment)
    try:
        yield stack, stack.deploy("local")
    finally:
        stack.destroy("local")


def resources(stack: Cdktf, name: str) -> dict[str, dict[str, Any]]:
    root = stack.state(name).get("values", {}).get("root_module", {})
    return {resource["address"]: resource["values"] for resource in root.get("resources", [])}


def test_a_second_plan_changes_nothing(local: Deployed) -> None:
    assert own_changes(local[0], "local") == {}


@pytest.mark.parametrize(
    ("output", "throttle"),
    [
        pytest.param(MYENDPOINT, Throttle(rate_limit=10, burst_limit=5), id="the stage's throttle"),
        pytest.param(CHAT, Throttle(rate_limit=2, burst_limit=3), id="a route's own throttle"),
    ],
)
def test_no_more_get_through_than_rate_and_burst_allow(local: Deployed, output: str, throttle: Throttle) -> None:
    burst = send("POST", local[1][output], count=60, pause=0.1)
    assert set(burst.statuses) == {200, 429}
    assert burst.statuses.total() == 60
    assert burst.statuses[200] in burst.allowed(throttle)


def test_a_429_is_the_contract(local: Deployed) -> None:
    burst = send("POST", local[1][CHAT], count=40)
    refused = next(answer for answer in burst.answers if answer.status == 429)
    headers = dict(refused.headers)
    assert (headers["Retry-After"], headers["Content-Type"]) == ("1", "application/json")
    assert json.loads(refused.body) == {
        "error": {
            "message": "Rate limit reached. Slow down and retry.",
            "type": "rate_limit_error",
            "param": None,
            "code": "rate_limit_exceeded",
        }
    }


def test_a_200_is_what_the_file_says(local: Deployed) -> None:
    burst = send("POST", local[1][MYENDPOINT], count=40)
    answered = next(answer for answer in burst.answers if answer.status == 200)
    assert json.loads(answered.body) == {"message": "Hello from Spillway"}


def test_the_web_acl_stands_before_the_stage(local: Deployed, client: Callable[[str], Any]) -> None:
    stage = resources(local[0], "local")["aws_api_gateway_stage.stage"]
    acls = [
        acl for acl in client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] if acl["Name"] == "spillway-local"
    ]
    assert len(acls) == 1
    found = client("wafv2").list_resources_for_web_acl(WebACLArn=acls[0]["ARN"], ResourceType="API_GATEWAY")
    assert found["ResourceArns"] == [stage["arn"]]


def test_a_changed_route_gets_a_new_deployment_on_the_same_stage(
    local: Deployed, cdktf: Callable[[str, str], Cdktf], local_environment: str
) -> None:
    before = resources(local[0], "local")
    changed = cdktf("local", local_environment.replace("Hello from Spillway", "Hello again"))
    outputs = changed.deploy("local")
    after = resources(changed, "local")
    deployment, stage = "aws_api_gateway_deployment.deployment", "aws_api_gateway_stage.stage"
    assert after[deployment]["id"] != before[deployment]["id"]
    assert after[stage]["deployment_id"] == after[deployment]["id"]
    assert after[stage]["arn"] == before[stage]["arn"]
    answered = next(answer for answer in send("POST", outputs[MYENDPOINT], count=40).answers if answer.status == 200)
    assert json.loads(answered.body) == {"message": "Hello again"}


def test_a_destroyed_stack_leaves_nothing(
    cdktf: Callable[[str, str], Cdktf], local_environment: str, client: Callable[[str], Any]
) -> None:
    stack = cdktf("gone", local_environment.replace("spillway-local", "spillway-gone"))
    stack.deploy("gone")
    names = [api["name"] for api in client("apigateway").get_rest_apis()["items"]]
    assert "spillway-gone" in names
    stack.destroy("gone")
    assert resources(stack, "gone") == {}
    assert "spillway-gone" not in [api["name"] for api in client("apigateway").get_rest_apis()["items"]]
    assert "spillway-gone" not in [acl["Name"] for acl in client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]]
