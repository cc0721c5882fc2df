"""An AWS service behind a route, called by API Gateway itself."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct

from constructs.gateway.method import Method, of_method
from constructs.gateway.response_headers import declared, mapped
from constructs.terraform.address import Address, place
from constructs.terraform.literal import literal

# The service's status, and what the caller gets for it; the first has no pattern and takes what no other takes.
# A 429 keeps its meaning; a service's 5xx is a bad gateway to the caller.
_STATUSES = {"200": None, "400": r"(?!429)4\d{2}", "429": "429", "502": r"5\d{2}"}


class AwsIntegration(Construct):
    """Creates `aws_api_gateway_integration.<route>`, AWS, and a response for success and for each kind of failure."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        method: Method,
        uri: str,
        http_method: str,
        credentials: str,
        timeout_milliseconds: int,
        request_parameters: Mapping[str, str] | None = None,
        request_template: str | None = None,
        response_template: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._method = method
        integration = ApiGatewayIntegration(
            self,
            "integration",
            **of_method(method.address),
            type="AWS",
            integration_http_method=http_method,
            uri=uri,
            credentials=credentials,
            request_parameters=dict(request_parameters or {}) or None,
            request_templates={"application/json": literal(request_template)} if request_template else None,
            # With a template, a body of another content type must not slip by it.
            passthrough_behavior="NEVER" if request_template else "WHEN_NO_MATCH",
            timeout_milliseconds=timeout_milliseconds,
        )
        integrated = place(integration, method.name)
        for status, pattern in _STATUSES.items():
            template = response_template if status == "200" else _ERROR_BODIES.get(status)
            self._add_response(integrated, status, pattern, template)

    def _add_response(self, integrated: Address, status: str, pattern: str | None, template: str | None) -> None:
        headers = self._method.headers
        if status == "429":
            contract = self._method.response
            template, headers = contract.body("throttle"), contract.response_headers("throttle", headers)
        name = f"{self._method.name}_{status}"
        responded = ApiGatewayMethodResponse(
            self,
            f"method_response_{status}",
            **of_method(self._method.address),
            status_code=status,
            response_models={"application/json": "Empty"},
            response_parameters=declared(headers),
        )
        answer = ApiGatewayIntegrationResponse(
            self,
            f"integration_response_{status}",
            **of_method(integrated),
            status_code=place(responded, name).reference("status_code"),
            selection_pattern=pattern,
            response_parameters=mapped(headers),
            response_templates={"application/json": literal(template)} if template else None,
        )
        place(answer, name)


def _error(kind: str, message: str) -> str:
    return f'{{"error": {{"message": "{message}", "type": "{kind}", "param": null, "code": "backend_error"}}}}'


# The service's own words may tell a caller of roles and accounts; they are in the execution log.
_ERROR_BODIES = {
    "400": _error("invalid_request_error", "The backend refused the request."),
    "502": _error("server_error", "The backend failed."),
}
