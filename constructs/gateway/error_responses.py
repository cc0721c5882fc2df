"""What API Gateway itself says if a request goes wrong for another reason than a limit."""

from collections.abc import Mapping, Sequence

from constructs import Construct

from constructs.gateway.gateway_response import add_gateway_response
from constructs.gateway.rest_api import RestApi
from settings.error_body import error_template
from settings.gateway_responses import ErrorResponse, error_responses
from settings.route import Route

# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html, read 2026-11:
# a type that nobody customized takes DEFAULT_4XX or DEFAULT_5XX, and keeps its own status where these name none.
_AWS_MESSAGE, _AWS_CODE = "$context.error.messageString", "$context.error.responseType"


class ErrorResponses(Construct):
    """Creates `aws_api_gateway_gateway_response.<type>` for every error of API Gateway's own, in the shape of the 429.

    `.default_4xx` and `.default_5xx` say AWS's own message, with the response type as the code. What AWS's message
    would leave open, or the word for it differs between clients, has a response with words of its own: an API key, a
    path that is not there, a backend that fails or is too slow, a request that WAF blocks.
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
        # 401 as OpenAI's own API answers, or AWS's 403 where the file speaks of AWS's own sources.
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
# AWS answers a missing, a wrong and a disabled key alike, and one that is in no usage plan of the stage:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html, read 2026-11.
_INVALID_API_KEY = '"The API key is missing or wrong, or not for this API."'
