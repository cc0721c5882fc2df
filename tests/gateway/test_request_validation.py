"""Requests that API Gateway refuses with a 400 before it calls a backend."""

import json
from pathlib import Path

from tests.environment_files import MINIMAL, changed
from tests.gateway.routes import resources

SCHEMA = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["model"]}
API = {"rest_api_id": "${aws_api_gateway_rest_api.api.id}"}


def text(request: str) -> str:
    return changed(path=f'path = "/chat"\n[routes.request]\n{request}')


def test_a_schema_in_a_file_beside_the_environment_file(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "chat.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    created = resources(tmp_path, text('body_schema = "schemas/chat.json"'))
    assert created["aws_api_gateway_model"] == {
        "post_chat": {
            **API,
            "name": "PostChat",
            "content_type": "application/json",
            "schema": json.dumps(SCHEMA),
        }
    }
    assert created["aws_api_gateway_request_validator"] == {
        "body": {**API, "name": "body", "validate_request_body": True, "validate_request_parameters": False}
    }
    assert created["aws_api_gateway_method"]["post_chat"] == {
        **API,
        "resource_id": "${aws_api_gateway_resource.chat.id}",
        "http_method": "POST",
        "authorization": "NONE",
        "request_validator_id": "${aws_api_gateway_request_validator.body.id}",
        "request_models": {
            "application/json": "${aws_api_gateway_model.post_chat.name}",
            "$default": "${aws_api_gateway_model.post_chat.name}",
        },
    }


def test_a_schema_in_the_environment_file_itself(tmp_path: Path) -> None:
    created = resources(tmp_path, text('body_schema = { type = "object", required = ["model"] }'))
    assert json.loads(created["aws_api_gateway_model"]["post_chat"]["schema"]) == SCHEMA


def test_terraform_leaves_a_schema_as_it_is(tmp_path: Path) -> None:
    created = resources(tmp_path, text("body_schema = { pattern = '^${a}%{b}$' }"))
    schema = created["aws_api_gateway_model"]["post_chat"]["schema"]
    assert json.loads(schema)["pattern"] == "^$${a}%%{b}$"


def test_required_parameters(tmp_path: Path) -> None:
    created = resources(tmp_path, text('required_parameters = ["header.X-Tenant", "querystring.model"]'))
    assert created["aws_api_gateway_request_validator"] == {
        "parameters": {**API, "name": "parameters", "validate_request_body": False, "validate_request_parameters": True}
    }
    assert created["aws_api_gateway_method"]["post_chat"]["request_parameters"] == {
        "method.request.header.X-Tenant": True,
        "method.request.querystring.model": True,
    }
    assert "aws_api_gateway_model" not in created


def test_routes_that_check_the_same_share_a_validator(tmp_path: Path) -> None:
    both = 'body_schema = { type = "object" }\nrequired_parameters = ["header.X-A"]\n'
    second = f'\n[[routes]]\nmethod = "PUT"\npath = "/chat"\n[routes.request]\n{both}'
    created = resources(tmp_path, text(both) + second)
    assert created["aws_api_gateway_request_validator"].keys() == {"body_and_parameters"}
    assert created["aws_api_gateway_model"].keys() == {"post_chat", "put_chat"}


def test_the_400_has_the_shape_of_the_429(tmp_path: Path) -> None:
    answers = resources(tmp_path, text('required_parameters = ["header.X-A"]'))["aws_api_gateway_gateway_response"]
    limited = json.loads(answers["throttled"]["response_templates"]["application/json"])
    for name in ("bad_request_body", "bad_request_parameters"):
        template = answers[name]["response_templates"]["application/json"]
        body = json.loads(template.replace("$context.error.messageString", '"what is wrong"'))
        assert answers[name]["status_code"] == "400"
        assert body["error"].keys() == limited["error"].keys()
        assert body["error"]["message"] == "what is wrong"


def test_nothing_is_checked_without_the_table(tmp_path: Path) -> None:
    created = resources(tmp_path, MINIMAL)
    assert not {"aws_api_gateway_model", "aws_api_gateway_request_validator"} & created.keys()
