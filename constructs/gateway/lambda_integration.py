"""A Lambda function behind a route."""

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from constructs.gateway.function import Function
from constructs.gateway.method import Method, method_arguments
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from constructs.terraform.policy_document import allow_statements
from settings.integration import LambdaIntegration as LambdaIntegrationSettings
from settings.integration.transfer import Transfer


class LambdaIntegration(Construct):
    """Creates `aws_api_gateway_integration.<route>`, AWS_PROXY, and the function if the settings have its code.

    Also creates `aws_lambda_permission.<route>`: through this API, only this route may invoke the function.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        method: Method,
        integration: LambdaIntegrationSettings,
    ) -> None:
        super().__init__(scope, id)
        arn = integration.function_arn or self._function(method, integration)
        add_lambda_proxy(self, method=method, integration=integration, function_arn=arn)
        add_invoke_permission(self, method.name, arn, method.source_arn)

    def _function(self, method: Method, integration: LambdaIntegrationSettings) -> str:
        code, runtime, handler = integration.code, integration.runtime, integration.handler
        assert code and runtime and handler  # noqa: S101, PT018  # the settings refuse one without the others
        function = Function(
            self,
            "function",
            name=method.name,
            rest_api=method.rest_api,
            code=code,
            runtime=runtime,
            handler=handler,
            memory_size=integration.memory_size,
            timeout=integration.timeout,
            environment=integration.environment,
            reserved_concurrent_executions=integration.reserved_concurrent_executions,
            log_retention_in_days=integration.log_retention_in_days,
            allow=allow_statements(integration.allow),
        )
        return function.arn


def add_lambda_proxy(
    scope: Construct,
    *,
    method: Method,
    integration: Transfer,
    function_arn: str,
) -> None:
    """Create `aws_api_gateway_integration.<route>`, AWS_PROXY."""
    streams = integration.response_transfer_mode == "STREAM"
    place(
        ApiGatewayIntegration,
        scope,
        method.name,
        **method_arguments(method.address),
        type="AWS_PROXY",
        # Lambda's API requires POST, whatever the route's method is.
        integration_http_method="POST",
        uri=invoke_uri(method.rest_api, function_arn, streams=streams),
        timeout_milliseconds=integration.timeout_milliseconds,
        response_transfer_mode="STREAM" if streams else None,
    )


def invoke_uri(rest_api: RestApi, function_arn: str, *, streams: bool = False) -> str:
    """The URI of Lambda's Invoke action, in API Gateway's notation.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html: a stream uses
    another API version and action.
    """
    version, action = ("2021-11-15", "response-streaming-invocations") if streams else ("2015-03-31", "invocations")
    return f"{rest_api.integration_arn}:lambda:path/{version}/functions/{function_arn}/{action}"


def add_invoke_permission(scope: Construct, name: str, function_arn: str, source_arn: str) -> None:
    """Create `aws_lambda_permission.<name>`: API Gateway may invoke the function, but only for that source.

    A stream needs the same action: https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
    """
    function, qualifier = without_qualifier(function_arn)
    place(
        LambdaPermission,
        scope,
        name,
        action="lambda:InvokeFunction",
        function_name=function,
        qualifier=qualifier,
        principal="apigateway.amazonaws.com",
        source_arn=source_arn,
    )


def without_qualifier(function_arn: str) -> tuple[str, str | None]:
    """Split off the version or alias, which a permission names separately.

    `$LATEST` is left out: Lambda refuses a policy for it ("We currently do not support adding policies for $LATEST"),
    and the function's own policy applies to it.
    """
    parts = function_arn.split(":")
    if function_arn.startswith("${") or len(parts) <= _PARTS_OF_AN_ARN:
        return function_arn, None
    return ":".join(parts[:-1]), None if parts[-1] == "$LATEST" else parts[-1]


_PARTS_OF_AN_ARN = 7
