"""API Gateway's own answers to errors that are not limits: the shape of the 429, with [cors] and without."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.environment_files import MINIMAL, changed
from tests.gateway.routes import resources

CORS = '[cors]\nallow_origins = ["https://a.example"]\n'
WAF = '[waf]\nblock = ["203.0.113.0/24"]\n'
KEYED = changed(path='path = "/chat"\napi_key_required = true') + "\n"
SIGNED = changed(path='path = "/chat"\nauthorization = "AWS_IAM"') + "\n"
CHECKED = changed(path='path = "/chat"\nrequest.required_parameters = ["header.X-A"]') + "\n"

ALWAYS = {
    *("throttled", "quota_exceeded", "default_4xx", "default_5xx"),
    *("integration_failure", "integration_timeout", "waf_filtered"),
}


def answers(folder: Path, text: str) -> dict[str, Any]:
    return resources(folder, text)["aws_api_gateway_gateway_response"]


def body(answer: dict[str, Any], message: str = "what is wrong", response_type: str = "SOME_TYPE") -> Any:
    """The body that API Gateway creates: plain substitution, with the message as a JSON string."""
    template = answer["response_templates"]["application/json"]
    filled = template.replace("$context.error.messageString", json.dumps(message))
    return json.loads(filled.replace("$context.error.responseType", response_type))


@pytest.mark.parametrize(
    ("text", "more"),
    [
        pytest.param(MINIMAL, {"missing_authentication_token"}, id="nothing on"),
        pytest.param(MINIMAL + CORS, {"missing_authentication_token"}, id="cors"),
        pytest.param(
            MINIMAL + WAF,
            {
                "missing_authentication_token",
            },
            id="a web ACL, which needs no deployment",
        ),
        pytest.param(KEYED, {"missing_authentication_token", "invalid_api_key"}, id="a key"),
        pytest.param(SIGNED, set(), id="signed requests, whose token may be missing"),
        pytest.param(
            CHECKED,
            {"missing_authentication_token", "bad_request_body", "bad_request_parameters"},
            id="a route that checks its requests",
        ),
    ],
)
def test_every_error_has_an_answer(tmp_path: Path, text: str, more: set[str]) -> None:
    assert answers(tmp_path, text).keys() == ALWAYS | more


@pytest.mark.parametrize("cors", [CORS, ""], ids=["with cors", "without"])
def test_all_have_one_shape(tmp_path: Path, cors: str) -> None:
    made = answers(tmp_path, KEYED + cors)
    shape = body(made["throttled"])
    for name, answer in made.items():
        said = body(answer)
        assert said.keys() == shape.keys(), name
        assert said["error"].keys() == shape["error"].keys(), name
        assert said["error"]["message"], name
        assert re.fullmatch(r"[a-z_]+", said["error"]["type"]), name


def test_each_has_a_code_of_its_own(tmp_path: Path) -> None:
    made = answers(tmp_path, KEYED)
    codes = {name: body(answer, response_type="AWS_WORD")["error"]["code"] for name, answer in made.items()}
    assert codes == {
        "throttled": "rate_limit_exceeded",
        "quota_exceeded": "quota_exceeded",
        "default_4xx": "AWS_WORD",
        "default_5xx": "AWS_WORD",
        "integration_failure": "backend_error",
        "integration_timeout": "backend_timeout",
        "missing_authentication_token": "not_found",
        "invalid_api_key": "invalid_api_key",
        "waf_filtered": "request_blocked",
    }


def test_statuses_stay_awss_but_for_a_path_that_is_not_there(tmp_path: Path) -> None:
    made = answers(tmp_path, KEYED)
    assert {name: answer["status_code"] for name, answer in made.items() if "status_code" in answer} == {
        "throttled": "429",
        "quota_exceeded": "429",
        "missing_authentication_token": "404",
        # Set explicitly, because an emulator and AWS may report different values for a missing status.
        "integration_failure": "504",
        "integration_timeout": "504",
        "invalid_api_key": "403",
        "waf_filtered": "403",
    }


def test_the_callers_fault_and_the_apis_are_told_apart(tmp_path: Path) -> None:
    made = answers(tmp_path, KEYED)
    kinds = {name: body(answer)["error"]["type"] for name, answer in made.items()}
    of_the_api = {name for name, kind in kinds.items() if kind == "server_error"}
    assert of_the_api == {"default_5xx", "integration_failure", "integration_timeout"}
    assert set(kinds.values()) == {"server_error", "invalid_request_error", "rate_limit_error"}


def test_aws_takes_each_for_a_response_of_that_type(tmp_path: Path) -> None:
    for name, answer in answers(tmp_path, KEYED).items():
        assert answer["response_type"].lower() == name
        assert answer["rest_api_id"] == "${aws_api_gateway_rest_api.api.id}"
