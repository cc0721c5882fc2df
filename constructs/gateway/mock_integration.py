"""A static answer from API Gateway itself."""

import json

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct

from constructs.gateway.method import Method, of_method
from constructs.gateway.response_headers import declared, mapped
from constructs.terraform.address import Address, place
from constructs.terraform.literal import literal
from settings.integration import MockIntegration as MockIntegrationSettings


class MockIntegration(Construct):
    """Creates an integration, its response, and the method response that lets it out, each named after the route."""

    def __init__(self, scope: Construct, id: str, *, method: Method, integration: MockIntegrationSettings) -> None:
        super().__init__(scope, id)
        self._method = method
        self._status = str(integration.status)
        integrated = self._add_integration()
        responded = self._add_method_response()
        self._add_integration_response(integration.body, integrated=integrated, responded=responded)

    def _add_integration(self) -> Address:
        integration = ApiGatewayIntegration(
            self,
            "integration",
            **of_method(self._method.address),
            type="MOCK",
            # Meaningless for MOCK, but some API implementations report it back, and the plan would differ for ever.
            integration_http_method="POST",
            # MOCK answers 500 unless the request template yields a status code: AWS, "Set up mock integrations".
            request_templates={"application/json": json.dumps({"statusCode": int(self._status)})},
        )
        return place(integration, self._method.name)

    def _add_method_response(self) -> Address:
        response = ApiGatewayMethodResponse(
            self,
            "method_response",
            **of_method(self._method.address),
            status_code=self._status,
            response_models={"application/json": "Empty"},
            response_parameters=declared(self._method.headers),
        )
        return place(response, f"{self._method.name}_{self._status}")

    def _add_integration_response(self, body: str, *, integrated: Address, responded: Address) -> None:
        response = ApiGatewayIntegrationResponse(
            self,
            "integration_response",
            **of_method(integrated),
            status_code=responded.reference("status_code"),
            response_parameters=mapped(self._method.headers),
            response_templates={"application/json": literal(body)},
        )
        place(response, f"{self._method.name}_{self._status}")
