"""An AWS service behind a route, called by API Gateway itself."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct

from constructs.gateway.method import Method, method_arguments
from constructs.gateway.response_headers import integration_response_parameters, method_response_parameters
from constructs.terraform.address import Address, place
from settings.error_body import error_body
from settings.layer import Layer
from settings.rate_limit_response import RateLimitResponse

# The service's status, and what the caller gets for it; the first has no pattern and takes what no other takes.
# A 429 keeps its meaning. 401 and 403 speak of our role, 424 of SageMaker's model that failed, a redirect of a wrong
# address: not the caller's fault.
_STATUSES = {"200": None, "400": r"(?!401|403|424|429)4\d{2}", "429": "429", "502": r"401|403|424|[35]\d{2}"}

# Most services of AWS say with a 400 that they are at their limit, and why in words, SageMaker among them:
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html. A server behind SageMaker that is at its
# limit is a 424 with its own status beside it: .../APIReference/API_runtime_InvokeEndpoint.html. Both read 2026-11.
_WORDS_OF_A_LIMIT = (
    *("Throttl", "throttl", "Rate exceeded", "ThroughputExceeded", "TooManyRequests"),
    *("OriginalStatusCode=429", 'OriginalStatusCode":429'),
)


class AwsIntegration(Construct):
    """Creates `aws_api_gateway_integration.<route>`, AWS, and a response for success and for each kind of failure.

    `passed_headers` of the service's answer reach the caller on success.
    """

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
        passed_headers: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self._method = method
        integrated = place(
            ApiGatewayIntegration,
            self,
            method.name,
            **method_arguments(method.address),
            type="AWS",
            integration_http_method=http_method,
            uri=uri,
            credentials=credentials,
            request_parameters=dict(request_parameters or {}) or None,
            request_templates={"application/json": request_template} if request_template else None,
            # With a template, a body of another content type must not slip by it.
            passthrough_behavior="NEVER" if request_template else "WHEN_NO_MATCH",
            timeout_milliseconds=timeout_milliseconds,
        )
        limited = method.response
        templates = {
            "200": response_template,
            "400": _unless_limited(_REFUSED, limited),
            "429": limited.body(Layer.THROTTLE),
            "502": _unless_limited(_FAILED, limited),
        }
        for status, pattern in _STATUSES.items():
            headers = limited.response_headers(Layer.THROTTLE, method.headers) if status == "429" else method.headers
            passed = passed_headers if status == "200" else ()
            self._add_response(integrated, status, pattern, template=templates[status], headers=headers, passed=passed)

    def _add_response(
        self,
        integrated: Address,
        status: str,
        pattern: str | None,
        *,
        template: str | None,
        headers: Mapping[str, str],
        passed: Sequence[str],
    ) -> None:
        name = f"{self._method.name}_{status}"
        responded = place(
            ApiGatewayMethodResponse,
            self,
            name,
            **method_arguments(self._method.address),
            status_code=status,
            response_models={"application/json": "Empty"},
            response_parameters=method_response_parameters([*headers, *passed]),
        )
        place(
            ApiGatewayIntegrationResponse,
            self,
            name,
            **method_arguments(integrated),
            status_code=responded.reference("status_code"),
            selection_pattern=pattern,
            response_parameters=integration_response_parameters(headers, passed),
            response_templates={"application/json": template} if template else None,
        )


def _unless_limited(template: str, response: RateLimitResponse) -> str:
    """The template, or the 429 contract where the service's body says that it is at its limit.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
    """
    is_limited = " || ".join(f"$said.contains('{words}')" for words in _WORDS_OF_A_LIMIT)
    headers = "".join(
        f"#set($context.responseOverride.header.{name} = '{value}')"
        for name, value in response.response_headers(Layer.THROTTLE).items()
    )
    return (
        f"#set($said = $input.path('$').toString())#if({is_limited})"
        f"#set($context.responseOverride.status = 429){headers}{response.body(Layer.THROTTLE)}#{{else}}{template}#end"
    )


# The service's own words may tell a caller of roles and accounts; they are in the execution log.
_REFUSED = error_body(message="The backend refused the request.", kind="invalid_request_error", code="backend_error")
_FAILED = error_body(message="The backend failed.", kind="server_error", code="backend_error")
