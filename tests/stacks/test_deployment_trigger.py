"""The deployment is replaced if anything that it captures changes, and only then."""

from pathlib import Path

import pytest

from settings.captured import CAPTURED
from settings.read import read_environment
from tests.environment_files import MINIMAL, ROOT, changed
from tests.synthesis import rendered, rendered_text


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
        pytest.param(MINIMAL + '[cors]\nallow_origins = ["*"]', id="a preflight"),
        pytest.param(MINIMAL + '[resource_policy]\nsource_ips = ["203.0.113.0/24"]', id="a resource policy"),
        pytest.param(changed(path='path = "/chat"\nauthorization = "AWS_IAM"'), id="another authorization"),
        pytest.param(changed(path='path = "/chat"\nrequest = { body_schema = { type = "object" } }'), id="a schema"),
        pytest.param(
            changed(path='path = "/chat"\nrequest = { required_parameters = ["header.X-A"] }'), id="a required header"
        ),
        pytest.param(MINIMAL.replace("[api]", '[api]\nbinary_media_types = ["audio/mpeg"]'), id="a binary media type"),
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


SCHEMA = 'path = "/chat"\nrequest = { body_schema = { required = ["%s"] } }'
SOURCE = '[resource_policy]\nsource_ips = ["%s"]'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(changed(path=SCHEMA % "model"), changed(path=SCHEMA % "messages"), id="another schema"),
        pytest.param(
            MINIMAL + SOURCE % "203.0.113.0/24", MINIMAL + SOURCE % "198.51.100.0/24", id="another resource policy"
        ),
    ],
)
def test_replaced_by_what_is_in_it(tmp_path: Path, first: str, second: str) -> None:
    assert trigger(tmp_path, first) != trigger(tmp_path, second)


# A stage, a domain or the account uses these directly, without a deployment.
NOT_CAPTURED = {
    "aws_api_gateway_account",
    "aws_api_gateway_api_key",
    "aws_api_gateway_base_path_mapping",
    "aws_api_gateway_client_certificate",
    "aws_api_gateway_deployment",
    "aws_api_gateway_domain_name",
    "aws_api_gateway_method_settings",
    "aws_api_gateway_stage",
    "aws_api_gateway_usage_plan",
    "aws_api_gateway_usage_plan_key",
    "aws_api_gateway_vpc_link",
}


def test_everything_of_the_api_is_captured_or_needs_no_deployment() -> None:
    files = [*ROOT.glob("environments/*.toml"), *ROOT.glob("docs/examples/*.toml")]
    created = {
        type_
        for file in files
        for type_ in rendered(read_environment(file))["resource"]
        if type_.startswith("aws_api_gateway_")
    }
    assert created - NOT_CAPTURED == CAPTURED


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
