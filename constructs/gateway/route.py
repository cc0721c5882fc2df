"""One method of one path."""

from collections.abc import Mapping
from typing import assert_never

from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from constructs import Construct

from constructs.gateway.authorizers import Authorizers
from constructs.gateway.aws_service_integration import AwsServiceIntegration
from constructs.gateway.bearer_key import BearerKey
from constructs.gateway.bedrock_integration import BedrockIntegration
from constructs.gateway.http_integration import add_http_integration
from constructs.gateway.lambda_integration import LambdaIntegration
from constructs.gateway.metered_integration import MeteredIntegration
from constructs.gateway.method import Method
from constructs.gateway.mock_integration import add_mock_integration
from constructs.gateway.request_validation import RequestValidation
from constructs.gateway.rest_api import RestApi
from constructs.gateway.sagemaker_integration import SOURCES, SagemakerIntegration
from constructs.gateway.token_metering import Metered
from constructs.gateway.vpc_links import VpcLinks
from constructs.terraform.address import place
from settings import integration as settings
from settings.rate_limit_response import RateLimitResponse
from settings.route import Route as RouteSettings
from settings.token_limits.covering import METERED


class Route(Construct):
    """Creates `aws_api_gateway_method.<route>` and the integration behind it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api: RestApi,
        resource_id: str,
        route: RouteSettings,
        authorizers: Authorizers,
        bearer_key: BearerKey | None,
        validation: RequestValidation,
        vpc_links: VpcLinks,
        response: RateLimitResponse,
        headers: Mapping[str, str],
        metered: Metered | None = None,
    ) -> None:
        super().__init__(scope, id)
        by_key = bearer_key if route.api_key_required else None
        self.method = place(
            ApiGatewayMethod,
            self,
            route.address,
            rest_api_id=rest_api.id,
            resource_id=resource_id,
            http_method=route.method,
            **(by_key.arguments if by_key else authorizers.arguments_of(route.authorization)),
            authorization_scopes=sorted(route.authorization_scopes) or None,
            api_key_required=route.api_key_required or None,
            request_parameters=method_parameters(route) or None,
            **validation.arguments_of(route),
        )
        behind = Method(address=self.method, rest_api=rest_api, route=route, response=response, headers=headers)
        if metered is None:
            self._integrate(behind, vpc_links)
        else:
            self._meter(behind, metered)

    def _meter(self, method: Method, metered: Metered) -> None:
        integration = method.route.integration
        assert isinstance(integration, METERED)  # noqa: S101  # the settings cover no other
        MeteredIntegration(self, "integration", method=method, integration=integration, metered=metered)

    def _integrate(self, method: Method, vpc_links: VpcLinks) -> None:
        match method.route.integration:
            case settings.MockIntegration() as mock:
                add_mock_integration(
                    self,
                    method=method.address,
                    status=mock.status,
                    headers=method.headers,
                    template=mock.body,
                    model="Empty",
                )
            case settings.HttpIntegration() as http:
                add_http_integration(self, method=method, integration=http)
            case settings.PrivateIntegration() as private:
                link = vpc_links.link_of(private)
                add_http_integration(self, method=method, integration=private, vpc_link=link)
            case settings.LambdaIntegration() as function:
                LambdaIntegration(self, "integration", method=method, integration=function)
            case settings.BedrockIntegration() as bedrock:
                BedrockIntegration(self, "integration", method=method, integration=bedrock)
            case settings.SagemakerIntegration() as sagemaker:
                SagemakerIntegration(self, "integration", method=method, integration=sagemaker)
            case settings.AwsServiceIntegration() as service:
                AwsServiceIntegration(self, "integration", method=method, integration=service)
            case other:
                assert_never(other)


def method_parameters(route: RouteSettings) -> dict[str, bool]:
    """Request parameters for the method: those that callers must send (true), and those that a mapping reads (false).

    Path variables are always present. AWS requires that they are declared as required.
    """
    read = sources(route.integration)
    declared = {source: source.startswith("method.request.path.") for source in sorted(read)}
    return declared | {f"method.request.{name}": True for name in route.request.required_parameters}


def sources(integration: settings.Integration) -> set[str]:
    """The parts of the request that the integration's mappings read."""
    match integration:
        case settings.HttpIntegration() | settings.PrivateIntegration():
            return {f"method.request.path.{name}" for name in integration.path_variables}
        case settings.SagemakerIntegration():
            return set(SOURCES)
        case settings.AwsServiceIntegration():
            mapped = {value for value in integration.request_parameters.values() if value.startswith("method.request.")}
            return mapped | {f"method.request.path.{name}" for name in integration.path_variables}
        case settings.MockIntegration() | settings.LambdaIntegration() | settings.BedrockIntegration():
            return set()
        case other:
            assert_never(other)
