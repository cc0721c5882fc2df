"""The deployment is replaced when anything that it captures changes, and only then."""

from pathlib import Path

import pytest

from tests.environment_files import MINIMAL, changed
from tests.synthesis import rendered_text


def trigger(folder: Path, text: str) -> str:
    deployment = rendered_text(folder, text)["resource"]["aws_api_gateway_deployment"]["deployment"]
    return str(deployment["triggers"]["redeployment"])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MINIMAL + '[[routes]]\nmethod = "GET"\npath = "/models"', id="a new route"),
        pytest.param(changed(path='path = "/talk"'), id="another path"),
        pytest.param(changed(method='method = "PUT"'), id="another method"),
        pytest.param(changed(path='path = "/chat"\nintegration = { body = "{}", type = "mock" }'), id="another body"),
        pytest.param(
            changed(path='path = "/chat"\nintegration = { status = 201, type = "mock" }'), id="another integration"
        ),
        pytest.param(MINIMAL + '[rate_limit_response]\nmessage = "Slower"', id="another 429 message"),
        pytest.param(MINIMAL + "[rate_limit_response.retry_after]\nthrottle = 2", id="another Retry-After"),
    ],
)
def test_replaced(tmp_path: Path, text: str) -> None:
    assert trigger(tmp_path, text) != trigger(tmp_path, MINIMAL)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MINIMAL, id="nothing changed"),
        pytest.param(changed(rate_limit="rate_limit = 9"), id="the stage's throttle"),
        pytest.param(MINIMAL + '[throttling.routes]\n"POST /chat" = "blocked"', id="a route's throttle"),
        pytest.param(MINIMAL + "[waf]\nrate_rules = [{ name = 'per-ip', limit = 100 }]", id="WAF"),
    ],
)
def test_kept(tmp_path: Path, text: str) -> None:
    assert trigger(tmp_path, text) == trigger(tmp_path, MINIMAL)


def test_the_deployment_waits_for_all_that_it_captures(tmp_path: Path) -> None:
    deployment = rendered_text(tmp_path)["resource"]["aws_api_gateway_deployment"]["deployment"]
    assert {
        "aws_api_gateway_gateway_response.quota_exceeded",
        "aws_api_gateway_gateway_response.throttled",
        "aws_api_gateway_integration.post_chat",
        "aws_api_gateway_integration_response.post_chat_200",
        "aws_api_gateway_method.post_chat",
        "aws_api_gateway_method_response.post_chat_200",
        "aws_api_gateway_resource.chat",
    } <= set(deployment["depends_on"])
