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
    # Also without [waf], so that turning WAF on needs no new deployment. A WAF rule's own response comes first.
    yield "WAF_FILTERED"
    if not any(route.authorization == "AWS_IAM" for route in routes):
        # For a path that does not exist, AWS returns "Missing Authentication Token". It returns the same for a request
        # that should be signed: https://repost.aws/knowledge-center/api-gateway-authentication-token-errors.
        yield "MISSING_AUTHENTICATION_TOKEN"
    if any(route.api_key_required for route in routes):
        yield "INVALID_API_KEY"
    if has_bearer_key and all(route.authorization in {"NONE", "AWS_IAM"} for route in routes):
        # The request has no key. If the API has another authorizer, it may be that authorizer's token that is missing.
        yield "UNAUTHORIZED"
    if any(route.request.validates for route in routes):
        yield from ("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS")
