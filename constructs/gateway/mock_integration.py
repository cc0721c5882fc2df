"""A static answer that API Gateway gives itself."""

import json
from collections.abc import Mapping

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct

from constructs.gateway.method import method_arguments
from constructs.gateway.response_headers import integration_response_parameters, method_response_parameters
from constructs.terraform.address import Address, place


def add_mock_integration(
    scope: Construct,
    *,
    method: Address,
    status: int,
    headers: Mapping[str, str],
    template: str | None,
    model: str | None = None,
) -> None:
    """Create an integration, its response and the matching method response, each named after the method.

    `template` renders the answer's body. Terraform interprets it, so pass text from the file through `literal`.
    """
    yields_status = json.dumps({"statusCode": status})
    integrated = place(
        ApiGatewayIntegration,
        scope,
        method.name,
        **method_arguments(method),
        type="MOCK",
        # MOCK answers 500 unless the request template returns a status code: AWS, "Set up mock integrations".
        # API Gateway chooses the template by the request's content type. The second one is curl's default.
        request_templates=dict.fromkeys(("application/json", "application/x-www-form-urlencoded"), yields_status),
        # A mock calls nothing, so AWS reports no HTTP method for it, even if one was set. Terraform would then replace
        # the integration at every second deploy: https://github.com/hashicorp/terraform-provider-aws/issues/5697. An
        # API that was created in the console may have one. It has no effect, so leave it unchanged.
        lifecycle=TerraformResourceLifecycle(ignore_changes=["integration_http_method"]),
    )
    name = f"{method.name}_{status}"
    responded = place(
        ApiGatewayMethodResponse,
        scope,
        name,
        **method_arguments(method),
        status_code=str(status),
        response_models={"application/json": model} if model else None,
        response_parameters=method_response_parameters(headers),
    )
    place(
        ApiGatewayIntegrationResponse,
        scope,
        name,
        **method_arguments(integrated),
        status_code=responded.reference("status_code"),
        response_parameters=integration_response_parameters(headers),
        response_templates=None if template is None else {"application/json": template},
    )
