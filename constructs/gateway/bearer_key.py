"""Reads API keys from `Authorization: Bearer`, where SDKs send them."""

from pathlib import Path
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_authorizer import ApiGatewayAuthorizer
from constructs import Construct

from constructs.gateway.function import Function
from constructs.gateway.identity_source import PRESENT_IN_EVERY_REQUEST
from constructs.gateway.lambda_integration import add_invoke_permission, invoke_uri
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.api import BEARER_KEY
from settings.file_reference import Code

CODE = Path(__file__).parent / "bearer_key_function"


class BearerKey(Construct):
    """Creates `aws_api_gateway_authorizer.bearer_key`, a function with its role and log group, and a permission.

    Without a time to live it is a REQUEST authorizer: AWS calls it for each request, and it can read `Authorization`
    and `x-api-key`. Neither is an identity source, because AWS would require it in each request.
    With a time to live it is a TOKEN authorizer. It only receives `Authorization`, the header by which AWS caches its
    answer, so no other header can affect a cached answer.
    https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html, identitySource, read 2026-11.
    """

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi, ttl_in_seconds: int) -> None:
        super().__init__(scope, id)
        function = Function(
            self,
            "function",
            name=BEARER_KEY,
            rest_api=rest_api,
            code=Code.of(CODE),
            runtime="nodejs22.x",
            handler="index.authorize",
            memory_size=128,
            timeout=5,
            environment={},
            reserved_concurrent_executions=None,
            log_retention_in_days=30,
        )
        source: dict[str, Any] = {"type": "REQUEST", "identity_source": PRESENT_IN_EVERY_REQUEST}
        if ttl_in_seconds:
            source = {
                "type": "TOKEN",
                "identity_source": "method.request.header.Authorization",
                # If the token does not match, API Gateway answers 401 without calling the function.
                "identity_validation_expression": "^Bearer [!-~]+$",
            }
        authorizer_id = place(
            ApiGatewayAuthorizer,
            self,
            BEARER_KEY,
            rest_api_id=rest_api.id,
            name=BEARER_KEY,
            authorizer_uri=invoke_uri(rest_api, function.arn),
            authorizer_result_ttl_in_seconds=ttl_in_seconds,
            **source,
        ).reference("id")
        add_invoke_permission(
            self, f"authorizer_{BEARER_KEY}", function.arn, f"{rest_api.execution_arn}/authorizers/{authorizer_id}"
        )
        self.arguments = {"authorization": "CUSTOM", "authorizer_id": authorizer_id}
        """The arguments with which a method uses it."""
