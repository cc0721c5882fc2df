"""A static answer from API Gateway itself."""

import json

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse

from constructs import Construct
from constructs.terraform.address import Address, place
from settings.integration import MockIntegration as MockIntegrationSettings


class MockIntegration(Construct):
    """Creates an integration, its response, and the method response that lets it out, each named after the route."""

    def __init__(self, scope: Construct, id: str, *, method: Address, integration: MockIntegrationSettings) -> None:
        super().__init__(scope, id)
        self._of_method = {
            "rest_api_id": method.reference("rest_api_id"),
            "resource_id": method.reference("resource_id"),
            "http_method": method.reference("http_method"),
        }
        self._name = method.name
        self._status = str(integration.status)
        integrated = self._add_integration()
        responded = self._add_method_response()
        self._add_integration_response(integration.body, integrated=integrated, responded=responded)

    def _add_integration(self) -> Address:
        integration = ApiGatewayIntegration(
            self,
            "integration",
            **self._of_method,
            type="MOCK",
            # Meaningless for MOCK, but some API implementations report it back, and the plan would differ for ever.
            integration_http_method="POST",
            # MOCK answers 500 unless the request template yields a status code: AWS, "Set up mock integrations".
            request_templates={"application/json": json.dumps({"statusCode": int(self._status)})},
        )
        return place(integration, self._name)

    def _add_method_response(self) -> Address:
        response = ApiGatewayMethodResponse(
            self,
            "method_response",
            **self._of_method,
            status_code=self._status,
            response_models={"application/json": "Empty"},
        )
        return place(response, f"{self._name}_{self._status}")

    def _add_integration_response(self, body: str, *, integrated: Address, responded: Address) -> None:
        response = ApiGatewayIntegrationResponse(
            self,
            "integration_response",
            rest_api_id=integrated.reference("rest_api_id"),
            resource_id=integrated.reference("resource_id"),
            http_method=integrated.reference("http_method"),
            status_code=responded.reference("status_code"),
            response_templates={"application/json": body},
        )
        place(response, f"{self._name}_{self._status}")
