"""The 429 contract of API Gateway's own limits."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.api_gateway_gateway_response import ApiGatewayGatewayResponse
from constructs import Construct

from constructs.gateway.response_headers import of_gateway
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.rate_limit_response import RateLimitResponse


class RateLimitResponses(Construct):
    """Creates `aws_api_gateway_gateway_response.throttled` and `.quota_exceeded`."""

    def __init__(
        self, scope: Construct, id: str, *, rest_api: RestApi, response: RateLimitResponse, headers: Mapping[str, str]
    ) -> None:
        super().__init__(scope, id)
        self._rest_api = rest_api
        self._add("THROTTLED", response.body("throttle"), response.response_headers("throttle", headers))
        self._add("QUOTA_EXCEEDED", response.body("quota"), response.response_headers("quota", headers))

    def _add(self, response_type: str, body: str, headers: Mapping[str, str]) -> None:
        name = response_type.lower()
        response = ApiGatewayGatewayResponse(
            self,
            name,
            rest_api_id=self._rest_api.id,
            response_type=response_type,
            status_code="429",
            response_parameters=of_gateway(headers),
            response_templates={"application/json": body},
        )
        place(response, name)
