"""The REST API itself."""

from cdktf_cdktf_provider_aws.api_gateway_rest_api import ApiGatewayRestApi, ApiGatewayRestApiEndpointConfiguration

from constructs import Construct
from constructs.terraform.address import place
from settings.api import Api


class RestApi(Construct):
    """Creates `aws_api_gateway_rest_api.api`."""

    def __init__(self, scope: Construct, id: str, *, api: Api) -> None:
        super().__init__(scope, id)
        resource = ApiGatewayRestApi(
            self,
            "api",
            name=api.name,
            description=api.description or None,
            endpoint_configuration=ApiGatewayRestApiEndpointConfiguration(types=[api.endpoint_type]),
        )
        self.address = place(resource, "api")
        self.id = self.address.reference("id")
        self.root_resource_id = self.address.reference("root_resource_id")
