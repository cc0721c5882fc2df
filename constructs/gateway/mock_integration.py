"""A static answer from API Gateway itself."""

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
    """Create an integration, its response, and the method response that lets it out, each named after the method.

    `template` makes the answer's body; Terraform reads it, so text that is not ours is a `literal`.
    """
    yields_status = json.dumps({"statusCode": status})
    integrated = place(
        ApiGatewayIntegration,
        scope,
        method.name,
        **method_arguments(method),
        type="MOCK",
        # MOCK answers 500 unless the request template yields a status code: AWS, "Set up mock integrations".
        # A template is chosen by the request's content type; the second is curl's where none is said.
        request_templates=dict.fromkeys(("application/json", "application/x-www-form-urlencoded"), yields_status),
        # A mock calls nothing, so AWS reports no method, even if it was sent one, and Terraform would replace the
        # integration at every second deploy: https://github.com/hashicorp/terraform-provider-aws/issues/5697. An API
        # that was made in the console may have one, and it means nothing: leave it as it is.
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
