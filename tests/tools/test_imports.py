"""Which of a stack's addresses already exist in AWS."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError
from typer.testing import CliRunner

from settings.aws_error import _OF_CLASSES
from tests.environment_files import MINIMAL, changed, environment, write
from tests.synthesis import rendered
from tools import imports
from tools.imports import Existing, found, left_over

TEXT = (
    changed(method='method = "GET"', path='path = "/"')
    + """

[[routes]]
method = "GET"
path = "/models/{id}"

[cors]
allow_origins = ["*"]
"""
)


def method(*statuses: str) -> dict[str, Any]:
    responses: dict[str, Any] = {status: {} for status in statuses}
    return {"methodResponses": responses, "methodIntegration": {"type": "MOCK", "integrationResponses": responses}}


def adopted(folder: Path, existing: Existing, stages: set[str]) -> dict[str, str]:
    return dict(found(rendered(environment(folder, TEXT))["resource"], existing, stages, "api1"))


def test_the_root_and_a_path_with_a_variable(tmp_path: Path) -> None:
    existing: Existing = {
        "/": {"id": "root", "resourceMethods": {"GET": method("200")}},
        "/models": {"id": "m"},
        "/models/{id}": {"id": "mi", "resourceMethods": {"OPTIONS": method()}},
    }
    assert adopted(tmp_path, existing, {"test", "other"}) == {
        "aws_api_gateway_rest_api.api": "api1",
        "aws_api_gateway_resource.models": "api1/m",
        "aws_api_gateway_resource.models_id": "api1/mi",
        "aws_api_gateway_method.get_root": "api1/root/GET",
        "aws_api_gateway_integration.get_root": "api1/root/GET",
        "aws_api_gateway_method_response.get_root_200": "api1/root/GET/200",
        "aws_api_gateway_integration_response.get_root_200": "api1/root/GET/200",
        "aws_api_gateway_method.options_models_id": "api1/mi/OPTIONS",
        "aws_api_gateway_integration.options_models_id": "api1/mi/OPTIONS",
        "aws_api_gateway_stage.stage": "api1/test",
    }


def test_what_aws_does_not_have_is_made_anew(tmp_path: Path) -> None:
    existing: Existing = {"/": {"id": "root"}, "/models": {"id": "m"}, "/models/{name}": {"id": "mn"}}
    assert adopted(tmp_path, existing, {"other"}) == {
        "aws_api_gateway_rest_api.api": "api1",
        "aws_api_gateway_resource.models": "api1/m",
    }


def test_what_the_file_does_not_have_is_named(tmp_path: Path) -> None:
    existing: Existing = {
        "/": {"id": "root", "resourceMethods": {"GET": method(), "OPTIONS": method(), "PUT": method()}},
        "/old": {"id": "o", "resourceMethods": {"GET": method()}},
    }
    assert left_over(environment(tmp_path, TEXT), existing) == ["GET /old", "PUT /"]
    assert left_over(environment(tmp_path, MINIMAL), existing) == ["GET /", "GET /old", "OPTIONS /", "PUT /"]


def test_what_aws_refuses_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_credentials(*_: object) -> None:
        raise NoCredentialsError

    monkeypatch.setattr(imports, "_existing", without_credentials)
    write(tmp_path, MINIMAL, "prod")
    done = CliRunner().invoke(imports.app, ["prod", "api1"], env={"ENVIRONMENTS": str(tmp_path)})
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"API api1: {_OF_CLASSES['NoCredentialsError']}\n")


def test_an_environment_that_is_not_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(imports.app, ["prod", "api1"], env={"ENVIRONMENTS": str(tmp_path)})
    said = f"no environment 'prod': {tmp_path.as_posix()} has none\n"
    assert (done.exit_code, done.stderr) == (1, said)
