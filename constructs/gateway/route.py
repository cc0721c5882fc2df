"""One method of one path."""

from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod

from constructs import Construct
from constructs.gateway.mock_integration import MockIntegration
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.route import Route as RouteSettings


class Route(Construct):
    """Creates `aws_api_gateway_method.<route>` and the integration behind it."""

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi, resource_id: str, route: RouteSettings) -> None:
        super().__init__(scope, id)
        method = ApiGatewayMethod(
            self,
            "method",
            rest_api_id=rest_api.id,
            resource_id=resource_id,
            http_method=route.method,
            authorization="NONE",
        )
        self.method = place(method, route.address)
        MockIntegration(self, "integration", method=self.method, integration=route.integration)
