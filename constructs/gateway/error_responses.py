"""The answers of API Gateway to errors that are not limits."""

from collections.abc import Mapping, Sequence

from constructs import Construct

from constructs.gateway.gateway_response import add_gateway_response
from constructs.gateway.rest_api import RestApi
from settings.error_body import error_template
from settings.gateway_responses import ErrorResponse, error_responses
from settings.route import Route

# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html, read 2026-11: a
# type that is not customized uses DEFAULT_4XX or DEFAULT_5XX, and keeps its own status if these set none.
_AWS_MESSAGE, _AWS_CODE = "$context.error.messageString", "$context.error.responseType"


class ErrorResponses(Construct):
    """Creates `aws_api_gateway_gateway_response.<type>` for API Gateway's own errors, in the shape of the 429.

    `.default_4xx` and `.default_5xx` contain AWS's message, with the response type as the code. Errors for which AWS's
    message is unclear, or for which clients expect another code, have separate responses: an API key, an unknown path,
    a backend that fails or is too slow, a request that WAF blocks.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api: RestApi,
        routes: Sequence[Route],
        has_bearer_key: bool,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        self._rest_api = rest_api
        self._headers = headers
        self._types = frozenset(error_responses(routes, has_bearer_key=has_bearer_key))
        self._add("DEFAULT_4XX", "invalid_request_error", _AWS_CODE)
        self._add("DEFAULT_5XX", "server_error", _AWS_CODE)
        self._add("INTEGRATION_FAILURE", "server_error", "backend_error", '"The backend could not be reached."', "504")
        self._add("INTEGRATION_TIMEOUT", "server_error", "backend_timeout", _TIMEOUT, "504")
        self._add("WAF_FILTERED", "invalid_request_error", "request_blocked", '"The request was blocked."', "403")
        self._add("MISSING_AUTHENTICATION_TOKEN", "invalid_request_error", "not_found", _NOT_FOUND, "404")
        # 401 like OpenAI's own API, or AWS's 403 if the API has other sources of authorization.
        status = "401" if has_bearer_key else "403"
        self._add("INVALID_API_KEY", "invalid_request_error", "invalid_api_key", _INVALID_API_KEY, status)
        self._add("UNAUTHORIZED", "invalid_request_error", "invalid_api_key", _INVALID_API_KEY, "401")
        self._add("BAD_REQUEST_BODY", "invalid_request_error", _AWS_CODE, status_code="400")
        self._add("BAD_REQUEST_PARAMETERS", "invalid_request_error", _AWS_CODE, status_code="400")

    def _add(
        self,
        response_type: ErrorResponse,
        kind: str,
        code: str,
        message: str = _AWS_MESSAGE,
        status_code: str | None = None,
    ) -> None:
        if response_type in self._types:
            add_gateway_response(
                self,
                response_type,
                rest_api=self._rest_api,
                status_code=status_code,
                headers=self._headers,
                template=error_template(message=message, kind=kind, code=code),
            )


_TIMEOUT = '"The backend took too long to answer."'
_NOT_FOUND = '"There is no such method and path."'
# AWS gives the same answer for a missing, wrong or disabled key, and for a key without a usage plan of the stage:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html, read 2026-11.
_INVALID_API_KEY = '"The API key is missing or wrong, or not for this API."'
