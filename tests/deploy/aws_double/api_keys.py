"""API Gateway generates the value of an API key that is created without one. ministack refuses the provider's empty
text.

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
