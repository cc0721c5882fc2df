"""The `[rate_limit_response]` table: the response to a limited caller, whichever layer limited it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.base import Settings
from settings.error_body import error_body
from settings.layer import Layer

# Characters that would end a string of a mapping template or a header, or start a variable or a template in it.
_READ_OTHERWISE = ('"', "'", "\\", "$", "%{")


def _is_plain(text: str) -> str:
    if not (text.isascii() and text.isprintable()) or any(sign in text for sign in _READ_OTHERWISE):
        raise ValueError(
            "must be printable ASCII without quotes, apostrophes, \\, $ and %{, which AWS or Terraform interpret"
        )
    return text


def _is_a_web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")) or " " in text:
        raise ValueError("must be a web address that starts with https:// or http://, without spaces")
    return text


Seconds = Annotated[int, Field(ge=1, le=604_800)]


class RetryAfter(Settings):
    """Seconds in the `Retry-After` header. Static, because API Gateway and WAF cannot compute the remaining time."""

    throttle: Seconds = 1
    """Seconds after a throttle."""

    quota: Seconds = 3600
    """Seconds after a quota is used up."""

    waf: Seconds = 300
    """Seconds after a WAF rule. The default is the usual window of a rate rule: after it, no counted request is left.
    """


class ShouldRetry(Settings):
    """Whether a client SDK should retry by itself. `false` sends `x-should-retry: false`.

    The clients of OpenAI and Anthropic then do not retry, whatever `Retry-After` is. docs/limits.md lists what each
    client does.
    """

    throttle: bool = True
    """Whether an SDK should retry after a throttle."""

    quota: bool = False
    """Whether an SDK should retry after a quota is used up."""

    waf: bool = False
    """Whether an SDK should retry after a WAF rule."""


# The most headers that AWS WAF accepts in a response of one action. Content-Type is not allowed, and each only once.
# https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html
MOST_HEADERS = 10
LONGEST_HEADER_VALUE = 255

# The provider: aws_wafv2_web_acl, response_header. API Gateway would interpret `$`, and a quote would end the value.
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
HeaderValue = Annotated[str, Field(min_length=1, max_length=LONGEST_HEADER_VALUE), AfterValidator(_is_plain)]

_OURS = {
    "retry-after": "set retry_after instead",
    "x-should-retry": "set should_retry instead",
    "content-type": "it is always application/json",
}


def _fit_beside_ours(headers: dict[str, str]) -> dict[str, str]:
    seen = set[str]()
    for name in headers:
        folded = name.lower()
        if folded in _OURS:
            raise ValueError(f"must not contain {name}: {_OURS[folded]}")
        if folded in seen:
            raise ValueError(f"contains {name} twice; header names ignore case")
        seen.add(folded)
    if len(headers) + 1 > MOST_HEADERS:
        raise ValueError(f"AWS allows {MOST_HEADERS} headers, including Retry-After")
    return headers


Message = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_is_plain)]
DocsUrl = Annotated[str, Field(max_length=1024), AfterValidator(_is_plain), AfterValidator(_is_a_web_address)]
Headers = Annotated[dict[HeaderName, HeaderValue], AfterValidator(_fit_beside_ours)]

_SLOW_DOWN = "Rate limit reached. Slow down and retry."
_MESSAGES: dict[Layer, str] = {
    Layer.THROTTLE: _SLOW_DOWN,
    Layer.QUOTA: "The quota of this API key is used up. Retrying does not help before its next period.",
    Layer.WAF: _SLOW_DOWN,
}


class LayerResponse(Settings):
    """What the response of one layer has instead of the values for all layers."""

    message: Message | None = None
    """The message of this layer. Default: the message for all layers."""

    docs_url: DocsUrl | None = None
    """A link after the message. Default: the link for all layers."""

    headers: Headers = {}
    """Headers of this layer, in addition to those for all layers. If both set a header, this value is used."""


class RateLimitResponse(Settings):
    """A 429 with `Retry-After` and JSON that the SDKs of OpenAI and Anthropic understand."""

    message: Message | None = None
    """The message for every layer. Default: each layer has its own sentence."""

    docs_url: DocsUrl | None = None
    """A link that follows the message."""

    retry_after: RetryAfter = RetryAfter()
    should_retry: ShouldRetry = ShouldRetry()

    headers: Headers = {}
    """Additional headers, the same for every layer."""

    throttle: LayerResponse = LayerResponse()
    quota: LayerResponse = LayerResponse()
    waf: LayerResponse = LayerResponse()

    def body(self, layer: Layer) -> str:
        """The JSON body of that layer's 429."""
        own = self._of(layer)
        message, docs_url = own.message or self.message or _MESSAGES[layer], own.docs_url or self.docs_url
        text = f"{message} See {docs_url}" if docs_url else message
        return error_body(message=text, kind="rate_limit_error", code=layer.code)

    def response_headers(self, layer: Layer, others: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers of the layer's 429 except for Content-Type. `others` are those of all responses, such as CORS."""
        contract = {"Retry-After": str(getattr(self.retry_after, layer))}
        if not getattr(self.should_retry, layer):
            contract["x-should-retry"] = "false"
        return {**contract, **self.layer_headers(layer), **(others or {})}

    def layer_headers(self, layer: Layer) -> dict[str, str]:
        """The headers that the file sets for that layer: those for all layers, overridden by the layer's own."""
        own = self._of(layer).headers
        taken = {name.lower() for name in own}
        return {name: value for name, value in self.headers.items() if name.lower() not in taken} | own

    def _of(self, layer: Layer) -> LayerResponse:
        return {"throttle": self.throttle, "quota": self.quota, "waf": self.waf}[layer]
