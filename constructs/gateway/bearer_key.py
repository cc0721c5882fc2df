"""API keys from where SDKs send them: `Authorization: Bearer`."""

from pathlib import Path
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_authorizer import ApiGatewayAuthorizer
from constructs import Construct

from constructs.gateway.function import Function
from constructs.gateway.lambda_integration import add_invoke_permission, invoke_uri
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.api import BEARER_KEY
from settings.file_reference import Code

CODE = Path(__file__).parent / "bearer_key_function"


class BearerKey(Construct):
    """Creates `aws_api_gateway_authorizer.bearer_key`, a function with its role and log group, and a permission.

    Without a time to live it is a REQUEST authorizer without identity sources: AWS asks it for each request, and it may
    look at `Authorization` and `x-api-key`. With identity sources AWS would want all of them in each request. With a
    time to live it is a TOKEN authorizer, which is shown `Authorization` alone, so that nothing but the header by which
    AWS remembers the answer can change it.
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
        source: dict[str, Any] = {"type": "REQUEST"}
        if ttl_in_seconds:
            source = {
                "type": "TOKEN",
                "identity_source": "method.request.header.Authorization",
                # What it does not match is a 401 for which the function is not run.
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
        """What makes a method ask it."""
