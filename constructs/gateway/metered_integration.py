"""A function in front of a model that holds the limits in tokens of its route."""

from typing import Any

from cdktf_cdktf_provider_aws.data_aws_lb import DataAwsLb
from constructs import Construct

from constructs.gateway.bedrock_integration import METERED_CODE, bedrock_backend, function_json, may_invoke
from constructs.gateway.function import Subnets
from constructs.gateway.method import Method
from constructs.gateway.model_function import ModelFunction
from constructs.gateway.token_metering import Metered
from settings.integration import BedrockIntegration, HttpIntegration, PrivateIntegration
from settings.observability.log_group import DEFAULT_RETENTION_IN_DAYS


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
        own = integration if isinstance(integration, BedrockIntegration) else metered.settings
        ModelFunction(
            self,
            "model",
            method=method,
            integration=integration,
            code=METERED_CODE,
            environment={**metered.variables, "BACKEND": backend(integration)},
            references={**metered.references, **self._address(method, integration)},
            made=metered.made,
            memory_size=own.memory_size,
            reserved_concurrent_executions=own.reserved_concurrent_executions,
            log_retention_in_days=(
                integration.log_retention_in_days
                if isinstance(integration, BedrockIntegration)
                else DEFAULT_RETENTION_IN_DAYS
            ),
            allow=[*metered.allow, *self._may_call(method, integration)],
            subnets=_subnets(integration),
        )

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


def backend(integration: BedrockIntegration | HttpIntegration | PrivateIntegration) -> str:
    """What the function calls."""
    if isinstance(integration, BedrockIntegration):
        return bedrock_backend(integration)
    called: dict[str, Any] = {"url": integration.url}
    if integration.headers:
        called["headers"] = dict(integration.headers)
    if integration.drop_headers:
        called["drop_headers"] = list(integration.drop_headers)
    return function_json(called)


def _subnets(integration: BedrockIntegration | HttpIntegration | PrivateIntegration) -> Subnets | None:
    if not isinstance(integration, PrivateIntegration):
        return None
    return Subnets(subnet_ids=integration.subnet_ids, security_group_ids=integration.security_group_ids)
