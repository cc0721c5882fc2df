"""Who may call."""

from pathlib import Path

import pytest

from tests.environment_files import changed
from tests.gateway.routes import resources

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:check"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
POOL = "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_A"
API = {"rest_api_id": "${aws_api_gateway_rest_api.api.id}"}


def text(authorization: str, tables: str = "", more: str = "") -> str:
    return changed(path=f'path = "/chat"\nauthorization = "{authorization}"\n{more}') + "\n" + tables


@pytest.mark.parametrize("authorization", ["NONE", "AWS_IAM"])
def test_without_an_authorizer(tmp_path: Path, authorization: str) -> None:
    created = resources(tmp_path, text(authorization))
    method = created["aws_api_gateway_method"]["post_chat"]
    assert (method["authorization"], "authorizer_id" in method) == (authorization, False)
    assert "aws_api_gateway_authorizer" not in created


def test_cognito(tmp_path: Path) -> None:
    table = f'[authorizers.users]\ntype = "COGNITO_USER_POOLS"\nprovider_arns = ["{POOL}"]'
    created = resources(tmp_path, text("users", table, 'authorization_scopes = ["llm/b", "llm/a"]'))
    assert created["aws_api_gateway_authorizer"] == {
        "users": {
            **API,
            "name": "users",
            "type": "COGNITO_USER_POOLS",
            "provider_arns": [POOL],
            "identity_source": "method.request.header.Authorization",
            "authorizer_result_ttl_in_seconds": 300,
        }
    }
    assert created["aws_api_gateway_method"]["post_chat"] == {
        **API,
        "resource_id": "${aws_api_gateway_resource.chat.id}",
        "http_method": "POST",
        "authorization": "COGNITO_USER_POOLS",
        "authorizer_id": "${aws_api_gateway_authorizer.users.id}",
        "authorization_scopes": ["llm/a", "llm/b"],
    }
    assert "aws_lambda_permission" not in created


def test_a_lambda_that_is_given_the_token(tmp_path: Path) -> None:
    table = f"""
        [authorizers.tokens]
        type = "TOKEN"
        function_arn = "{FUNCTION}"
        identity_validation_expression = "^Bearer .+$"
        authorizer_result_ttl_in_seconds = 0
    """
    created = resources(tmp_path, text("tokens", table))
    assert created["aws_api_gateway_authorizer"] == {
        "tokens": {
            **API,
            "name": "tokens",
            "type": "TOKEN",
            "authorizer_uri": URI,
            "identity_source": "method.request.header.Authorization",
            "identity_validation_expression": "^Bearer .+$",
            "authorizer_result_ttl_in_seconds": 0,
        }
    }
    method = created["aws_api_gateway_method"]["post_chat"]
    assert (method["authorization"], method["authorizer_id"]) == (
        "CUSTOM",
        "${aws_api_gateway_authorizer.tokens.id}",
    )
    assert created["aws_lambda_permission"] == {
        "authorizer_tokens": {
            "action": "lambda:InvokeFunction",
            "function_name": FUNCTION,
            "principal": "apigateway.amazonaws.com",
            "source_arn": (
                "${aws_api_gateway_rest_api.api.execution_arn}/authorizers/${aws_api_gateway_authorizer.tokens.id}"
            ),
        }
    }


def test_a_lambda_that_is_given_the_request(tmp_path: Path) -> None:
    table = f"""
        [authorizers.tenants]
        type = "REQUEST"
        function_arn = "{FUNCTION}"
        identity_sources = ["method.request.header.X-Tenant", "context.identity.sourceIp"]
    """
    created = resources(tmp_path, text("tenants", table))
    assert created["aws_api_gateway_authorizer"] == {
        "tenants": {
            **API,
            "name": "tenants",
            "type": "REQUEST",
            "authorizer_uri": URI,
            "identity_source": "method.request.header.X-Tenant,context.identity.sourceIp",
            "authorizer_result_ttl_in_seconds": 300,
        }
    }


def test_a_lambda_that_needs_no_part_of_the_request(tmp_path: Path) -> None:
    table = f"""
        [authorizers.tenants]
        type = "REQUEST"
        function_arn = "{FUNCTION}"
        authorizer_result_ttl_in_seconds = 0
    """
    (made,) = resources(tmp_path, text("tenants", table))["aws_api_gateway_authorizer"].values()
    # Without a value the provider would send the Authorization header, and AWS would refuse requests without it.
    assert made["identity_source"] == "context.identity.sourceIp"


def test_a_changed_authorizer_is_deployed(tmp_path: Path) -> None:
    table = f'[authorizers.users]\ntype = "COGNITO_USER_POOLS"\nprovider_arns = ["{POOL}"]\n'
    hashes = {
        resources(tmp_path, text("users", table + more))["aws_api_gateway_deployment"]["deployment"]["triggers"][
            "redeployment"
        ]
        for more in ("", "authorizer_result_ttl_in_seconds = 0")
    }
    assert len(hashes) == 2
