"""An HTTP server, reached over the internet or through a VPC link."""

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from constructs import Construct

from constructs.gateway.method import Method, method_arguments
from constructs.gateway.response_headers import static_value
from constructs.gateway.vpc_links import VpcLink
from constructs.terraform.address import place
from settings.integration import HttpIntegration, PrivateIntegration


def add_http_integration(
    scope: Construct,
    *,
    method: Method,
    integration: HttpIntegration | PrivateIntegration,
    vpc_link: VpcLink | None = None,
) -> None:
    """Create `aws_api_gateway_integration.<route>`, HTTP_PROXY. The server's answer is passed on unchanged."""
    place(
        ApiGatewayIntegration,
        scope,
        method.name,
        **method_arguments(method.address),
        type="HTTP_PROXY",
        integration_http_method=method.route.method,
        uri=integration.url,
        request_parameters=request_parameters(integration) or None,
        connection_type="VPC_LINK" if vpc_link else None,
        connection_id=vpc_link.id if vpc_link else None,
        integration_target=vpc_link.target if vpc_link else None,
        timeout_milliseconds=integration.timeout_milliseconds,
        response_transfer_mode="STREAM" if integration.response_transfer_mode == "STREAM" else None,
    )


def request_parameters(integration: HttpIntegration | PrivateIntegration) -> dict[str, str]:
    """What API Gateway adds to the request: path variables, and headers that are set or emptied."""
    parameters = {
        f"integration.request.path.{name}": f"method.request.path.{name}" for name in integration.path_variables
    }
    headers = integration.headers | dict.fromkeys(integration.drop_headers, "")
    return parameters | {f"integration.request.header.{name}": static_value(value) for name, value in headers.items()}
