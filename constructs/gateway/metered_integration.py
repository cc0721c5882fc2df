"""A function in front of a model that holds the limits in tokens of its route."""

import json
from pathlib import Path
from typing import Any

from cdktf_cdktf_provider_aws.data_aws_lb import DataAwsLb
from constructs import Construct

from constructs.gateway.bedrock_integration import answers, may_invoke
from constructs.gateway.function import Function, Subnets
from constructs.gateway.lambda_integration import add_invoke_permission, add_lambda_proxy
from constructs.gateway.method import Method
from constructs.gateway.token_metering import Metered
from settings.file_reference import Code
from settings.integration import BedrockIntegration, HttpIntegration, PrivateIntegration

CODE = Path(__file__).parent / "metered_function"


class MeteredIntegration(Construct):
    """Creates a function that asks the table before and tells it after, the proxy to it, and the permission.

    In place of what the route's integration would be alone: InvokeModel, HTTP_PROXY, or HTTP_PROXY through a VPC link.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        method: Method,
        integration: BedrockIntegration | HttpIntegration | PrivateIntegration,
        metered: Metered,
    ) -> None:
        super().__init__(scope, id)
        streams = integration.response_transfer_mode == "STREAM"
        own = integration if isinstance(integration, BedrockIntegration) else metered.settings
        function = Function(
            self,
            "function",
            name=method.name,
            rest_api=method.rest_api,
            code=Code.of(CODE),
            # Lambda streams from Node.js only, and its Node.js runtimes bring the AWS SDK along.
            runtime="nodejs22.x",
            handler="index.stream" if streams else "index.invoke",
            memory_size=own.memory_size,
            timeout=-(-integration.timeout_milliseconds // 1000),
            environment={
                **answers(integration, method.response, method.headers),
                **metered.variables,
                "BACKEND": json.dumps(backend(integration), separators=(",", ":")),
            },
            references={**metered.references, **self._address(method, integration)},
            made=metered.made,
            reserved_concurrent_executions=own.reserved_concurrent_executions,
            log_retention_in_days=getattr(integration, "log_retention_in_days", 30),
            allow=[*metered.allow, *self._may_call(method, integration)],
            subnets=_subnets(integration),
        )
        add_lambda_proxy(self, method=method, integration=integration, function_arn=function.arn)
        add_invoke_permission(self, method.name, function.arn, method.source_arn)

    def _may_call(
        self, method: Method, integration: BedrockIntegration | HttpIntegration | PrivateIntegration
    ) -> list[dict[str, Any]]:
        return may_invoke(method.rest_api, integration) if isinstance(integration, BedrockIntegration) else []

    def _address(
        self, method: Method, integration: BedrockIntegration | HttpIntegration | PrivateIntegration
    ) -> dict[str, str]:
        """The load balancer's own name: that of the URL is the server's, and need not be one in DNS."""
        if not isinstance(integration, PrivateIntegration):
            return {}
        DataAwsLb(self, "load_balancer", arn=integration.load_balancer_arn).override_logical_id(method.name)
        return {"BACKEND_ADDRESS": f"${{data.aws_lb.{method.name}.dns_name}}"}


def backend(integration: BedrockIntegration | HttpIntegration | PrivateIntegration) -> dict[str, Any]:
    """What the function calls."""
    if isinstance(integration, BedrockIntegration):
        return {"model_id": integration.model_id}
    said: dict[str, Any] = {"url": integration.url}
    if integration.headers:
        said["headers"] = dict(integration.headers)
    if integration.drop_headers:
        said["drop_headers"] = list(integration.drop_headers)
    return said


def _subnets(integration: BedrockIntegration | HttpIntegration | PrivateIntegration) -> Subnets | None:
    if not isinstance(integration, PrivateIntegration):
        return None
    return Subnets(subnet_ids=integration.subnet_ids, security_group_ids=integration.security_group_ids)
