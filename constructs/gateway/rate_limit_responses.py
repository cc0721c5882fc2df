"""The 429 for API Gateway's own limits."""

from collections.abc import Mapping

from constructs import Construct

from constructs.gateway.gateway_response import add_gateway_response
from constructs.gateway.rest_api import RestApi
from settings.gateway_responses import LIMIT_RESPONSES
from settings.rate_limit_response import RateLimitResponse


class RateLimitResponses(Construct):
    """Creates `aws_api_gateway_gateway_response.throttled` and `.quota_exceeded`."""

    def __init__(
        self, scope: Construct, id: str, *, rest_api: RestApi, response: RateLimitResponse, headers: Mapping[str, str]
    ) -> None:
        super().__init__(scope, id)
        for response_type, layer in LIMIT_RESPONSES.items():
            add_gateway_response(
                self,
                response_type,
                rest_api=rest_api,
                status_code="429",
                headers=response.response_headers(layer, headers),
                template=response.body(layer),
            )
