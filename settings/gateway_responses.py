"""Which of API Gateway's own responses Spillway replaces with one in the same format as the 429.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html, read 2026-11
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from settings.layer import Layer
from settings.route import Route

LIMIT_RESPONSES: dict[Literal["THROTTLED", "QUOTA_EXCEEDED"], Layer] = {
    "THROTTLED": Layer.THROTTLE,
    "QUOTA_EXCEEDED": Layer.QUOTA,
}
"""Each response type, and the layer that limited the caller."""

ErrorResponse = Literal[
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "WAF_FILTERED",
    "MISSING_AUTHENTICATION_TOKEN",
    "INVALID_API_KEY",
    "UNAUTHORIZED",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
]


def error_responses(routes: Sequence[Route], *, has_bearer_key: bool) -> Iterator[ErrorResponse]:
    """The response types of errors that are not limits, for an API with these routes."""
    yield from ("DEFAULT_4XX", "DEFAULT_5XX", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT")
    # Without [waf] too, so that turning WAF on needs no new deployment. A response of a WAF rule's own comes first.
    yield "WAF_FILTERED"
    if not any(route.authorization == "AWS_IAM" for route in routes):
        # AWS says "Missing Authentication Token" of a path that is not there. It says the same of a request that
        # should be signed: https://repost.aws/knowledge-center/api-gateway-authentication-token-errors.
        yield "MISSING_AUTHENTICATION_TOKEN"
    if any(route.api_key_required for route in routes):
        yield "INVALID_API_KEY"
    if has_bearer_key and all(route.authorization in {"NONE", "AWS_IAM"} for route in routes):
        # No key at all. With another authorizer in the API it may be that one's token that is missing.
        yield "UNAUTHORIZED"
    if any(route.request.validates for route in routes):
        yield from ("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS")
