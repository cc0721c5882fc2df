"""A static answer from API Gateway itself."""

import json
from collections.abc import Mapping

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct

from constructs.gateway.method import of_method
from constructs.gateway.response_headers import declared, mapped
from constructs.terraform.address import Address, place


class MockIntegration(Construct):
    """Creates an integration, its response, and the method response that lets it out, each named after the method.

    `template` makes the answer's body; Terraform reads it, so text that is not ours is a `literal`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        method: Address,
        status: int,
        headers: Mapping[str, str],
        template: str | None,
        model: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        integrated = self._add_integration(method, status)
        name = f"{method.name}_{status}"
        responded = ApiGatewayMethodResponse(
            self,
            "method_response",
            **of_method(method),
            status_code=str(status),
            response_models={"application/json": model} if model else None,
            response_parameters=declared(headers),
        )
        response = ApiGatewayIntegrationResponse(
            self,
            "integration_response",
            **of_method(integrated),
            status_code=place(responded, name).reference("status_code"),
            response_parameters=mapped(headers),
            response_templates=None if template is None else {"application/json": template},
        )
        place(response, name)

    def _add_integration(self, method: Address, status: int) -> Address:
        yields_status = json.dumps({"statusCode": status})
        integration = ApiGatewayIntegration(
            self,
            "integration",
            **of_method(method),
            type="MOCK",
            # Meaningless for MOCK, but some API implementations report it back, and the plan would differ for ever.
            integration_http_method="POST",
            # MOCK answers 500 unless the request template yields a status code: AWS, "Set up mock integrations".
            # A template is chosen by the request's content type; the second is curl's where none is said.
            request_templates=dict.fromkeys(("application/json", "application/x-www-form-urlencoded"), yields_status),
        )
        return place(integration, method.name)
