"""The 429 contract of API Gateway's own limits."""

from cdktf_cdktf_provider_aws.api_gateway_gateway_response import ApiGatewayGatewayResponse

from constructs import Construct
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.rate_limit_response import RateLimitResponse


class RateLimitResponses(Construct):
    """Creates `aws_api_gateway_gateway_response.throttled` and `.quota_exceeded`."""

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi, response: RateLimitResponse) -> None:
        super().__init__(scope, id)
        self._rest_api = rest_api
        self._add("THROTTLED", response.body("throttle"), response.retry_after.throttle)
        self._add("QUOTA_EXCEEDED", response.body("quota"), response.retry_after.quota)

    def _add(self, response_type: str, body: str, retry_after: int) -> None:
        name = response_type.lower()
        response = ApiGatewayGatewayResponse(
            self,
            name,
            rest_api_id=self._rest_api.id,
            response_type=response_type,
            status_code="429",
            # A static value needs quotes of its own, or API Gateway takes it for a mapping expression.
            response_parameters={"gatewayresponse.header.Retry-After": f"'{retry_after}'"},
            response_templates={"application/json": body},
        )
        place(response, name)
