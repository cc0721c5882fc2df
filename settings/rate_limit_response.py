"""The `[rate_limit_response]` table: what a limited caller gets, whichever layer limited it."""

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.base import Settings
from settings.layer import Layer

# What would end a mapping template's or a header's string, or open a variable or a template in one.
_READ_OTHERWISE = ('"', "'", "\\", "$", "%{")


def _is_plain(text: str) -> str:
    if not (text.isascii() and text.isprintable()) or any(sign in text for sign in _READ_OTHERWISE):
        raise ValueError(
            "must be printable ASCII without quotes, apostrophes, \\, $ and %{, which API Gateway or Terraform reads"
        )
    return text


def _is_a_web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")) or " " in text:
        raise ValueError("must be a web address that starts with https:// or http://, without blanks")
    return text


Seconds = Annotated[int, Field(ge=1, le=604_800)]


class RetryAfter(Settings):
    """The `Retry-After` header in seconds. Static: API Gateway and WAF cannot compute the time left."""

    throttle: Seconds = 1
    quota: Seconds = 3600
    waf: Seconds = 60


# AWS WAF takes at most so many headers in a response of one action, none of them Content-Type, none twice.
# https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html
MOST_HEADERS = 10
LONGEST_HEADER_VALUE = 255

# The provider: aws_wafv2_web_acl, response_header. `$` would be read by API Gateway, a quote would end its value.
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
HeaderValue = Annotated[str, Field(min_length=1, max_length=LONGEST_HEADER_VALUE), AfterValidator(_is_plain)]

_OURS = {"retry-after": "retry_after says it", "content-type": "it is application/json, and AWS takes no other here"}


def _fit_beside_ours(headers: dict[str, str]) -> dict[str, str]:
    seen = set[str]()
    for name in headers:
        folded = name.lower()
        if folded in _OURS:
            raise ValueError(f"must not hold {name}: {_OURS[folded]}")
        if folded in seen:
            raise ValueError(f"holds {name} twice; headers are the same in capitals and small letters")
        seen.add(folded)
    if len(headers) + 1 > MOST_HEADERS:
        raise ValueError(f"AWS takes {MOST_HEADERS} headers, and Retry-After is one")
    return headers


class RateLimitResponse(Settings):
    """Status 429, `Retry-After`, JSON in the shape of OpenAI's errors, so that client SDKs back off by themselves."""

    message: Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_is_plain)] = (
        "Rate limit reached. Slow down and retry."
    )
    docs_url: (
        Annotated[str, Field(max_length=1024), AfterValidator(_is_plain), AfterValidator(_is_a_web_address)] | None
    ) = None
    """Told to the caller after the message."""

    retry_after: RetryAfter = RetryAfter()

    headers: Annotated[dict[HeaderName, HeaderValue], AfterValidator(_fit_beside_ours)] = {}
    """More headers, the same from every layer."""

    def body(self, layer: Layer) -> str:
        """The JSON body of that layer's 429."""
        message = f"{self.message} See {self.docs_url}" if self.docs_url else self.message
        error = {"message": message, "type": "rate_limit_error", "param": None, "code": layer.code}
        return json.dumps({"error": error})

    def response_headers(self, layer: Layer, others: Mapping[str, str] | None = None) -> dict[str, str]:
        """All headers of that layer's 429 but Content-Type; `others` are those of all responses, for instance CORS."""
        seconds = str(getattr(self.retry_after, layer))
        return {"Retry-After": seconds, **self.headers, **(others or {})}
