"""An AWS service behind a route, which API Gateway calls directly."""

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

# The status of the service, and the status that the caller gets for it. The first has no pattern and is the default.
# A 429 stays a 429. The rest is not the caller's fault: 401 and 403 concern our role, 424 a model in SageMaker that
# failed, and a redirect a wrong address.
_STATUSES = {"200": None, "400": r"(?!401|403|424|429)4\d{2}", "429": "429", "502": r"401|403|424|[35]\d{2}"}

# Most AWS services, including SageMaker, answer 400 if they are at their limit, with the reason in words:
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html. If a server in SageMaker is at its limit,
# SageMaker answers 424 with the server's status in the body: .../APIReference/API_runtime_InvokeEndpoint.html. Both
# read 2026-11.
_WORDS_OF_A_LIMIT = (
    *("Throttl", "throttl", "Rate exceeded", "ThroughputExceeded", "TooManyRequests"),
    *("OriginalStatusCode=429", 'OriginalStatusCode":429'),
)


class AwsIntegration(Construct):
    """Creates `aws_api_gateway_integration.<route>`, AWS, and a response for success and for each kind of failure.

    On success the caller also gets the `passed_headers` of the service's answer.
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
            # With a template, a body of another content type must not bypass it.
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
    """The template, or the 429 contract if the service's body shows that it is at its limit.

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


# The service's own message may reveal roles and accounts to a caller. It is in the execution log.
_REFUSED = error_body(message="The backend refused the request.", kind="invalid_request_error", code="backend_error")
_FAILED = error_body(message="The backend failed.", kind="server_error", code="backend_error")
