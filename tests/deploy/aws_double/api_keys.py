"""API Gateway makes up the value of an API key that comes without one. ministack refuses the provider's empty text.

"If you don't specify a value, API Gateway generates one":
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-key-with-console.html, read 2026-11.
"""

import secrets

from tests.deploy.aws_double.request import Answer, Request, Send


def with_a_value(request: Request, send: Send) -> Answer:
    """The layer."""
    made = (request.method, request.parts) == ("POST", ["apikeys"])
    if made and not request.query.get("mode") and not request.data.get("value"):
        return send(request.with_data(request.data | {"value": secrets.token_hex(20)}))
    return send(request)
