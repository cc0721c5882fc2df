"""Functions from a folder, and existing functions."""

import json
from pathlib import Path

import pytest

from constructs.gateway.function import shorten_name
from tests.gateway.routes import of_method, resources, with_route

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:chat"


def code(folder: Path) -> Path:
    """A folder `code` with one file."""
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text("handler = None\n", encoding="utf-8")
    return folder


def test_a_function_from_a_folder(tmp_path: Path) -> None:
    integration = """
        type = "lambda"
        code = "code"
        runtime = "python3.13"
        handler = "app.handler"
        memory_size = 256
        timeout = 20
        environment = { PROMPT = "${none of terraform's}" }
        reserved_concurrent_executions = 3
        log_retention_in_days = 7
    """
    created = resources(code(tmp_path), with_route(integration, path="/v1/{id}"))
    name = "post_v1_id"
    (function,) = created["aws_lambda_function"].values()
    assert len(function.pop("source_code_hash")) == 44
    assert function == {
        "function_name": f"api-{name}",
        "role": f"${{aws_iam_role.{name}.arn}}",
        "runtime": "python3.13",
        "handler": "app.handler",
        "filename": f"functions/{name}.zip",
        "memory_size": 256,
        "timeout": 20,
        "environment": {"variables": {"PROMPT": "$${none of terraform's}"}},
        "reserved_concurrent_executions": 3,
        "depends_on": [f"aws_cloudwatch_log_group.{name}"],
    }
    assert created["aws_cloudwatch_log_group"] == {name: {"name": f"/aws/lambda/api-{name}", "retention_in_days": 7}}
    assert created["aws_iam_role"][name]["name"] == f"api-us-east-1-{name}"
    assert json.loads(created["aws_iam_role"][name]["assume_role_policy"])["Statement"] == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    ]
    assert json.loads(created["aws_iam_role_policy"][name]["policy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"${{aws_cloudwatch_log_group.{name}.arn}}:*",
        }
    ]
    assert created["aws_lambda_permission"] == {
        name: {
            "action": "lambda:InvokeFunction",
            "function_name": f"${{aws_lambda_function.{name}.arn}}",
            "principal": "apigateway.amazonaws.com",
            "source_arn": "${aws_api_gateway_rest_api.api.execution_arn}/*/POST/v1/*",
        }
    }


def test_a_function_from_a_folder_with_nothing_more_said(tmp_path: Path) -> None:
    integration = 'type = "lambda"\ncode = "code"\nruntime = "python3.13"\nhandler = "app.handler"'
    (function,) = resources(code(tmp_path), with_route(integration))["aws_lambda_function"].values()
    assert (function["memory_size"], function["timeout"]) == (128, 29)
    assert not {"environment", "reserved_concurrent_executions"} & function.keys()


def test_a_function_may_do_what_the_file_allows_and_nothing_else(tmp_path: Path) -> None:
    integration = """
        type = "lambda"
        code = "code"
        runtime = "python3.13"
        handler = "app.handler"

        [[routes.integration.allow]]
        actions = ["bedrock:InvokeModel"]
        resources = ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"]
    """
    created = resources(code(tmp_path), with_route(integration))
    logging, *allowed = json.loads(created["aws_iam_role_policy"]["post_chat"]["policy"])["Statement"]
    assert logging["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert allowed == [
        {
            "Effect": "Allow",
            "Action": ["bedrock:InvokeModel"],
            "Resource": ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"],
        }
    ]


def test_an_alias_that_is_there(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route(f'type = "lambda"\nfunction_arn = "{FUNCTION}:live"', method="GET"))
    assert created["aws_api_gateway_integration"] == {
        "get_chat": {
            **of_method("get_chat"),
            "type": "AWS_PROXY",
            "integration_http_method": "POST",
            "uri": f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}:live/invocations",
            "timeout_milliseconds": 29_000,
        }
    }
    assert created["aws_lambda_permission"] == {
        "get_chat": {
            "action": "lambda:InvokeFunction",
            "function_name": FUNCTION,
            "qualifier": "live",
            "principal": "apigateway.amazonaws.com",
            "source_arn": "${aws_api_gateway_rest_api.api.execution_arn}/*/GET/chat",
        }
    }
    assert "aws_lambda_function" not in created


def test_the_latest_version_has_the_policy_of_the_function(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route(f'type = "lambda"\nfunction_arn = "{FUNCTION}:$LATEST"'))
    assert f"/functions/{FUNCTION}:$LATEST/invocations" in created["aws_api_gateway_integration"]["post_chat"]["uri"]
    permission = created["aws_lambda_permission"]["post_chat"]
    assert (permission["function_name"], "qualifier" in permission) == (FUNCTION, False)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("/", "POST/"),
        ("/v1/{proxy+}", "POST/v1/*"),
        ("/{tenant}/models/{id}", "POST/*/models/*"),
    ],
)
def test_only_this_route_may_run_the_function(tmp_path: Path, path: str, source: str) -> None:
    created = resources(tmp_path, with_route(f'type = "lambda"\nfunction_arn = "{FUNCTION}"', path=path))
    (permission,) = created["aws_lambda_permission"].values()
    assert permission["source_arn"] == f"${{aws_api_gateway_rest_api.api.execution_arn}}/*/{source}"


def test_a_stream_has_a_uri_of_its_own(tmp_path: Path) -> None:
    integration = f'type = "lambda"\nfunction_arn = "{FUNCTION}"\nresponse_transfer_mode = "STREAM"'
    made = resources(tmp_path, with_route(integration))["aws_api_gateway_integration"]["post_chat"]
    assert (made["uri"], made["response_transfer_mode"]) == (
        f"arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/{FUNCTION}/response-streaming-invocations",
        "STREAM",
    )


def test_another_partition(tmp_path: Path) -> None:
    function = FUNCTION.replace("aws:", "aws-cn:", 1).replace("us-east-1", "cn-north-1")
    text = with_route(f'type = "lambda"\nfunction_arn = "{function}"').replace('"us-east-1"', '"cn-north-1"')
    made = resources(tmp_path, text)["aws_api_gateway_integration"]["post_chat"]
    assert made["uri"].startswith("arn:aws-cn:apigateway:cn-north-1:lambda:path/")


def test_names_that_are_too_long_are_cut_and_stay_apart() -> None:
    first, second = shorten_name("a" * 80), shorten_name("a" * 81)
    assert (len(first), len(second), first[:55], first == second) == (64, 64, "a" * 55, False)
    assert shorten_name("a" * 64) == "a" * 64


def test_the_name_of_an_inline_policy_fits_into_iam(tmp_path: Path) -> None:
    path = "/" + "/".join(["part"] * 40)
    created = resources(tmp_path, with_route('type = "bedrock"\nmodel_id = "anthropic.claude-3"', path=path))
    ((address, policy),) = created["aws_iam_role_policy"].items()
    assert len(address) > 128
    assert len(policy["name"]) == 128
