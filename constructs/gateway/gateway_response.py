"""One answer that API Gateway gives itself."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.api_gateway_gateway_response import ApiGatewayGatewayResponse
from constructs import Construct

from constructs.gateway.response_headers import gateway_response_parameters
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place


def add_gateway_response(
    scope: Construct,
    response_type: str,
    *,
    rest_api: RestApi,
    status_code: str | None,
    headers: Mapping[str, str],
    template: str,
) -> None:
    """Create `aws_api_gateway_gateway_response.<type in lower case>`. Without a status, each error keeps its own
    status.
    """
    place(
        ApiGatewayGatewayResponse,
        scope,
        response_type.lower(),
        rest_api_id=rest_api.id,
        response_type=response_type,
        status_code=status_code,
        response_parameters=gateway_response_parameters(headers) or None,
        response_templates={"application/json": template},
    )
