"""environments/local.toml: deployed, called, planned again, changed and destroyed. Each step is a fixture of the
next.
"""

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pytest

from demo.command_line import Cdktf
from review.engine.token_bucket import accepted
from settings.throttling import Throttle
from tests.deploy.deployed import Deployed
from verify.burst import Answer, send

CHAT, MYENDPOINT = "url_post_v1_chat_completions", "url_post_myendpoint"
STAGE, DEPLOYMENT = "aws_api_gateway_stage.stage", "aws_api_gateway_deployment.deployment"

THROTTLED = pytest.mark.parametrize(
    ("output", "throttle"),
    [
        pytest.param(MYENDPOINT, Throttle(rate_limit=10, burst_limit=5), id="the stage's throttle"),
        pytest.param(CHAT, Throttle(rate_limit=2, burst_limit=3), id="a route's own throttle"),
    ],
)

# Until the bucket is full; a burst; pauses of all kinds; many requests. Another rate or burst would be noticed.
PAUSES = (2.0, *(0.0,) * 11, *(0.7, 0.0, 0.0, 1.1, 0.0, 0.3, 0.3, 0.3, 0.05, 0.05, 0.05) * 2, *(0.02,) * 100, 1.6, 0.0)

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def local(cdktf: Callable[..., Cdktf], local_environment: str) -> Iterator[Deployed]:
    stack = cdktf("local", local_environment)
    try:
        yield Deployed(stack, "local", stack.deploy("local"))
    finally:
        if stack.state("local").get("values"):
            stack.destroy("local")


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    before: Resources
    now: Deployed


@pytest.fixture(scope="module")
def changed(local: Deployed, cdktf: Callable[..., Cdktf], local_environment: str) -> Changed:
    """The same stack, deployed again with another answer for one route."""
    before = local.resources
    stack = cdktf("local", local_environment.replace("Hello from Spillway", "Hello again"))
    return Changed(before=before, now=Deployed(stack, "local", stack.deploy("local")))


@pytest.fixture(scope="module")
def destroyed(changed: Changed) -> Deployed:
    changed.now.cdktf.destroy("local")
    return Deployed(changed.now.cdktf, "local", {})


@THROTTLED
def test_no_more_get_through_than_rate_and_burst_allow(local: Deployed, output: str, throttle: Throttle) -> None:
    burst = send("POST", local.outputs[output], count=60, pause=0.1)
    assert set(burst.statuses) == {200, 429}
    assert burst.statuses.total() == 60
    assert burst.statuses[200] in burst.allowed(throttle)
    for answer in burst.answers:
        if answer.status == 200 and output == MYENDPOINT:
            assert json.loads(answer.body) == {"message": "Hello from Spillway"}


@THROTTLED
def test_the_bucket_that_review_simulates_gives_the_same_answers(
    local: Deployed, output: str, throttle: Throttle
) -> None:
    """One caller, so that the order of its requests is known. At no time do the numbers of admitted requests differ by
    more than one.

    The gateway saw each request at some moment between sending and answer. The test assumes the middle. The tokens that
    are added during the longest of these spans are the possible error, which is below one unless the machine is
    overloaded.
    """
    answers: list[Answer] = []
    for pause in PAUSES:
        time.sleep(pause)
        answers += send("POST", local.outputs[output], count=1, clients=1).answers
    assert {answer.status for answer in answers} == {200, 429}
    halfway = [(answer.sent + answer.received) / 2 - answers[0].sent for answer in answers]
    simulated = accumulate(accepted(halfway, throttle.rate_limit, throttle.burst_limit).tolist())
    deployed = accumulate(answer.status == 200 for answer in answers)
    unknown = throttle.rate_limit * max(answer.received - answer.sent for answer in answers)
    assert max(abs(there - here) for there, here in zip(deployed, simulated, strict=True)) <= 1 + math.floor(unknown)


def test_a_second_plan_changes_nothing(local: Deployed) -> None:
    assert local.cdktf.planned_changes("local") == {}


def test_the_outputs_are_urls_of_the_stage(local: Deployed) -> None:
    assert local.outputs[MYENDPOINT] == f"{local.outputs['http_endpoint']}/myendpoint"


def test_the_web_acl_stands_before_the_stage(local: Deployed, client: Callable[[str], Any]) -> None:
    (acl,) = [
        acl for acl in client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] if acl["Name"].endswith("local")
    ]
    found = client("wafv2").list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType="API_GATEWAY")
    assert found["ResourceArns"] == [local.resources[STAGE]["arn"]]


def test_a_changed_route_gets_a_new_deployment_on_the_same_stage(changed: Changed) -> None:
    before, after = changed.before, changed.now.resources
    assert after[DEPLOYMENT]["id"] != before[DEPLOYMENT]["id"]
    assert after[STAGE]["deployment_id"] == after[DEPLOYMENT]["id"]
    assert {key: after[STAGE][key] for key in ("id", "arn")} == {key: before[STAGE][key] for key in ("id", "arn")}
    burst = send("POST", changed.now.outputs[MYENDPOINT], count=20)
    answered = next(answer for answer in burst.answers if answer.status == 200)
    assert json.loads(answered.body) == {"message": "Hello again"}


def test_nothing_but_the_changed_route_is_replaced(changed: Changed) -> None:
    before, after = changed.before, changed.now.resources
    assert before.keys() == after.keys()
    assert {address for address in after if after[address]["id"] != before[address]["id"]} == {DEPLOYMENT}


def test_a_destroyed_stack_leaves_nothing(destroyed: Deployed, client: Callable[[str], Any]) -> None:
    assert destroyed.resources == {}
    assert "spillway-local" not in [api["name"] for api in client("apigateway").get_rest_apis()["items"]]
    assert "spillway-local" not in [acl["Name"] for acl in client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]]
