"""The certificate that API Gateway presents to https backends."""

from pathlib import Path

import pytest

from tests.gateway.routes import with_route
from tests.refusals import refusals, warnings
from tests.synthesis import Rendered, rendered_text

HTTPS = 'type = "http"\nurl = "https://llm.example.com"'


def with_certificate(value: str, integration: str = HTTPS) -> str:
    text = with_route(integration, more='authorization = "AWS_IAM"')
    return text.replace('name = "test"', f'name = "test"\nclient_certificate = "{value}"')


def stage(rendered: Rendered) -> Rendered:
    body: Rendered = rendered["resource"]["aws_api_gateway_stage"]["stage"]
    return body


def test_one_is_made_and_said(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, with_certificate("create"))
    assert rendered["resource"]["aws_api_gateway_client_certificate"] == {
        "stage": {"description": "api, stage test", "lifecycle": {"create_before_destroy": True}}
    }
    certificate = "aws_api_gateway_client_certificate.stage"
    assert stage(rendered)["client_certificate_id"] == f"${{{certificate}.id}}"
    assert rendered["output"]["client_certificate_pem"]["value"] == f"${{{certificate}.pem_encoded_certificate}}"


def test_one_that_is_there_already(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, with_certificate("a1b2c3"))
    assert stage(rendered)["client_certificate_id"] == "a1b2c3"
    assert "aws_api_gateway_client_certificate" not in rendered["resource"]
    assert "client_certificate_pem" not in rendered["output"]


def test_none_by_default(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, with_route(HTTPS))
    assert "client_certificate_id" not in stage(rendered)


@pytest.mark.parametrize(
    ("integration", "warned"),
    [(HTTPS, False), ('type = "http"\nurl = "http://llm.example.com"', True), ('type = "mock"', True)],
)
def test_a_certificate_that_nobody_is_shown(tmp_path: Path, integration: str, *, warned: bool) -> None:
    line = (
        "stage.client_certificate = 'create': API Gateway presents it to http and private backends with an https "
        "URL, but no route has one"
    )
    assert warnings(tmp_path, with_certificate("create", integration)) == ([line] if warned else [])


def test_no_id(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path, with_certificate("arn:aws:acm"))
    assert line.startswith("stage.client_certificate = 'arn:aws:acm': must be an id as AWS makes it")
