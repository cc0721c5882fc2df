"""What API Gateway itself says where a request goes wrong, beside the limits."""

from constructs import Construct

from constructs.gateway.gateway_response import add_gateway_response
from constructs.gateway.rest_api import RestApi
from settings.cors import Cors


class ErrorResponses(Construct):
    """Creates `aws_api_gateway_gateway_response.bad_request_body` and `.bad_request_parameters` with validation,

    and `.default_4xx` and `.default_5xx` with CORS; each in the shape of the 429.
    """

    def __init__(
        self, scope: Construct, id: str, *, rest_api: RestApi, with_validation: bool, cors: Cors | None
    ) -> None:
        super().__init__(scope, id)
        self._rest_api = rest_api
        self._headers = cors.response_headers if cors else {}
        if with_validation:
            self._add("BAD_REQUEST_BODY", "400", "invalid_request_error")
            self._add("BAD_REQUEST_PARAMETERS", "400", "invalid_request_error")
        if cors:
            self._add("DEFAULT_4XX", None, "invalid_request_error")
            self._add("DEFAULT_5XX", None, "server_error")

    def _add(self, response_type: str, status_code: str | None, kind: str) -> None:
        add_gateway_response(
            self,
            response_type,
            rest_api=self._rest_api,
            status_code=status_code,
            headers=self._headers,
            template=body(kind),
        )


def body(kind: str) -> str:
    """A template, not JSON: the message comes with quotes of its own.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
    """
    return (
        f'{{"error": {{"message": $context.error.messageString, "type": "{kind}", '
        '"param": null, "code": "$context.error.responseType"}}'
    )
