"""SageMaker and any other AWS service, which API Gateway calls directly."""

import json
import re
from pathlib import Path

import pytest

from tests.gateway.routes import of_integration, of_method, resources, with_route

STATUSES = {"200": None, "400": r"(?!401|403|424|429)4\d{2}", "429": "429", "502": r"401|403|424|[35]\d{2}"}


def test_sagemaker(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route('type = "sagemaker"\nendpoint_name = "Embeddings-1"'))
    assert created["aws_api_gateway_integration"] == {
        "post_chat": {
            **of_method("post_chat"),
            "type": "AWS",
            "integration_http_method": "POST",
            "uri": "arn:aws:apigateway:us-east-1:runtime.sagemaker:path/endpoints/Embeddings-1/invocations",
            "credentials": "${aws_iam_role.post_chat.arn}",
            "request_parameters": {
                "integration.request.header.Accept": "method.request.header.Accept",
                "integration.request.header.Content-Type": "method.request.header.Content-Type",
            },
            "passthrough_behavior": "WHEN_NO_MATCH",
            "timeout_milliseconds": 29_000,
        }
    }
    assert created["aws_api_gateway_method"]["post_chat"]["request_parameters"] == {
        "method.request.header.Accept": False,
        "method.request.header.Content-Type": False,
    }
    assert created["aws_api_gateway_integration_response"]["post_chat_200"]["response_parameters"] == {
        "method.response.header.Content-Type": "integration.response.header.Content-Type"
    }
    assert created["aws_api_gateway_method_response"]["post_chat_200"]["response_parameters"] == {
        "method.response.header.Content-Type": True
    }
    assert json.loads(created["aws_iam_role"]["post_chat"]["assume_role_policy"])["Statement"] == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "apigateway.amazonaws.com"}}
    ]
    account = "${data.aws_caller_identity.current.account_id}"
    assert json.loads(created["aws_iam_role_policy"]["post_chat"]["policy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["sagemaker:InvokeEndpoint"],
            "Resource": [f"arn:aws:sagemaker:us-east-1:{account}:endpoint/embeddings-1"],
        }
    ]


def test_every_kind_of_answer_has_a_response(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route('type = "sagemaker"\nendpoint_name = "e"'))
    answers = created["aws_api_gateway_integration_response"]
    patterns = {name: answer.get("selection_pattern") for name, answer in answers.items()}
    assert patterns == {f"post_chat_{status}": pattern for status, pattern in STATUSES.items()}
    assert created["aws_api_gateway_method_response"].keys() == answers.keys()


@pytest.mark.parametrize(
    ("status", "answered"),
    [
        (200, "200"),
        (201, "200"),
        (301, "502"),
        (400, "400"),
        (404, "400"),
        (429, "429"),
        # Our role lacks a permission, or the model in SageMaker failed: not the caller's fault.
        (401, "502"),
        (403, "502"),
        (424, "502"),
        (500, "502"),
        (530, "502"),
    ],
)
def test_which_answer_a_status_of_the_service_gets(tmp_path: Path, status: int, answered: str) -> None:
    created = resources(tmp_path, with_route('type = "sagemaker"\nendpoint_name = "e"'))
    answers = created["aws_api_gateway_integration_response"]
    patterns = {name: answer.get("selection_pattern") for name, answer in answers.items()}
    matching = [name for name, pattern in patterns.items() if pattern and re.fullmatch(pattern, str(status))]
    default = [name for name, pattern in patterns.items() if pattern is None]
    assert matching in ([], [f"post_chat_{answered}"])
    assert (matching or default) == [f"post_chat_{answered}"]


def test_a_service_that_says_in_words_that_it_is_limited_is_a_429_too(tmp_path: Path) -> None:
    tables = "[rate_limit_response.retry_after]\nthrottle = 7"
    created = resources(tmp_path, with_route('type = "sagemaker"\nendpoint_name = "e"', tables=tables))
    contract = created["aws_api_gateway_gateway_response"]["throttled"]["response_templates"]["application/json"]
    for status, kind in (("400", "invalid_request_error"), ("502", "server_error")):
        answer = created["aws_api_gateway_integration_response"][f"post_chat_{status}"]
        template = answer["response_templates"]["application/json"]
        found = re.fullmatch(
            r"#set\(\$said = \$input\.path\('\$'\)\.toString\(\)\)#if\((?P<limited>.+?\))\)"
            r"#set\(\$context\.responseOverride\.status = 429\)"
            r"#set\(\$context\.responseOverride\.header\.Retry-After = '7'\)"
            r"(?P<then>\{.+\})#\{else\}(?P<otherwise>\{.+\})#end",
            template,
        )
        assert found
        assert found["then"] == contract
        assert json.loads(found["otherwise"])["error"]["type"] == kind
        # The limits of SageMaker, of DynamoDB, and of a model server in SageMaker.
        for words in ("Rate exceeded", "ThroughputExceeded", "OriginalStatusCode=429"):
            assert f"$said.contains('{words}')" in found["limited"].split(" || ")


def test_a_limited_service_answers_with_the_429_contract(tmp_path: Path) -> None:
    tables = '[rate_limit_response]\nmessage = "Slower."\n[rate_limit_response.retry_after]\nthrottle = 7'
    created = resources(tmp_path, with_route('type = "sagemaker"\nendpoint_name = "e"', tables=tables))
    answer = created["aws_api_gateway_integration_response"]["post_chat_429"]
    throttled = created["aws_api_gateway_gateway_response"]["throttled"]
    assert answer == {
        **of_integration("post_chat"),
        "status_code": "${aws_api_gateway_method_response.post_chat_429.status_code}",
        "selection_pattern": "429",
        "response_parameters": {"method.response.header.Retry-After": "'7'"},
        "response_templates": throttled["response_templates"],
    }


def test_a_content_type_that_is_required_is_declared_once(tmp_path: Path) -> None:
    text = with_route(
        'type = "sagemaker"\nendpoint_name = "e"', more='request.required_parameters = ["header.Content-Type"]'
    )
    assert resources(tmp_path, text)["aws_api_gateway_method"]["post_chat"]["request_parameters"] == {
        "method.request.header.Accept": False,
        "method.request.header.Content-Type": True,
    }


def test_a_service_with_templates(tmp_path: Path) -> None:
    integration = """
        type = "aws_service"
        service = "sqs"
        path = "111122223333/{queue}"
        integration_http_method = "POST"
        request_parameters = { "header.Content-Type" = "'text/plain'", "header.X-A" = "method.request.header.X-A" }
        request_template = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
        response_template = '{"queued": true}'

        [[routes.integration.allow]]
        actions = ["sqs:SendMessage"]
        resources = ["arn:aws:sqs:us-east-1:111122223333:*"]
    """
    created = resources(tmp_path, with_route(integration, path="/jobs/{queue}"))
    name = "post_jobs_queue"
    assert created["aws_api_gateway_integration"] == {
        name: {
            **of_method(name),
            "type": "AWS",
            "integration_http_method": "POST",
            "uri": "arn:aws:apigateway:us-east-1:sqs:path/111122223333/{queue}",
            "credentials": f"${{aws_iam_role.{name}.arn}}",
            "request_parameters": {
                "integration.request.path.queue": "method.request.path.queue",
                "integration.request.header.Content-Type": "'text/plain'",
                "integration.request.header.X-A": "method.request.header.X-A",
            },
            "request_templates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
            "passthrough_behavior": "NEVER",
            "timeout_milliseconds": 29_000,
        }
    }
    assert created["aws_api_gateway_method"][name]["request_parameters"] == {
        "method.request.header.X-A": False,
        "method.request.path.queue": True,
    }
    answer = created["aws_api_gateway_integration_response"][f"{name}_200"]
    assert answer["response_templates"] == {"application/json": '{"queued": true}'}
    assert json.loads(created["aws_iam_role_policy"][name]["policy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Resource": ["arn:aws:sqs:us-east-1:111122223333:*"],
        }
    ]


def test_a_role_that_is_there(tmp_path: Path) -> None:
    role = "arn:aws:iam::111122223333:role/gateway"
    integration = f'type = "aws_service"\nservice = "states"\naction = "StartExecution"\nrole_arn = "{role}"'
    created = resources(tmp_path, with_route(integration))
    made = created["aws_api_gateway_integration"]["post_chat"]
    assert (made["credentials"], made["uri"]) == (
        role,
        "arn:aws:apigateway:us-east-1:states:action/StartExecution",
    )
    assert "aws_iam_role" not in created
