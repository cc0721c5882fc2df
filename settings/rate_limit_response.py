"""The `[rate_limit_response]` table: what a limited caller gets, whichever layer limited it."""

import json
from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings

Layer = Literal["throttle", "quota", "waf"]

# The body's `error.code`, one word for each layer that can refuse a request.
CODES: dict[Layer, str] = {
    "throttle": "rate_limit_exceeded",
    "quota": "quota_exceeded",
    "waf": "ip_rate_limit_exceeded",
}

# Printable ASCII without what would end a mapping template's or header's string.
_TEXT = r"^[ !#%-&(-\[\]-~]*$"

Seconds = Annotated[int, Field(ge=1, le=604_800)]


class RetryAfter(Settings):
    """The `Retry-After` header in seconds. Static: API Gateway and WAF cannot compute the time left."""

    throttle: Seconds = 1
    quota: Seconds = 3600
    waf: Seconds = 60


class RateLimitResponse(Settings):
    """Status 429, `Retry-After`, JSON in the shape of OpenAI's errors, so that client SDKs back off by themselves."""

    message: Annotated[str, Field(min_length=1, max_length=1024, pattern=_TEXT)] = "Rate limit reached. Slow down and retry."
    docs_url: Annotated[str, Field(max_length=1024, pattern=r"^https?://[!#%-&(-\[\]-~]+$")] | None = None
    """Told to the caller after the message."""

    retry_after: RetryAfter = RetryAfter()

    def body(self, layer: Layer) -> str:
        """The JSON body of that layer's 429."""
        message = f"{self.message} See {self.docs_url}" if self.docs_url else self.message
        error = {"message": message, "type": "rate_limit_error", "param": None, "code": CODES[layer]}
        return json.dumps({"error": error})
