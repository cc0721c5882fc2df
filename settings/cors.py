"""The `[cors]` table: which web pages may read the API's responses."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.base import Items, Settings, SomeItems
from settings.integration.http import HeaderName

Origin = Annotated[str, Field(pattern=r"^(\*|https?://[A-Za-z0-9.-]+(:\d{1,5})?)$")]


class Cors(Settings):
    """Adds a preflight to every path, and CORS headers to every response that API Gateway itself makes, errors too.

    Responses of an http, lambda or private backend pass through unchanged. The backend must send these headers itself.
    """

    allow_origins: SomeItems[Origin]
    """`["*"]`, or a list of origins. With more than one, the preflight returns the caller's origin, and other responses
    have `*`."""

    allow_methods: Items[Literal["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]] = ()
    """Default: the methods that each path has."""

    allow_headers: SomeItems[HeaderName] = (
        "Content-Type",
        "Authorization",
        "X-Api-Key",
        "X-Amz-Date",
        "X-Amz-Security-Token",
    )
    """Request headers that a page may send."""

    expose_headers: Items[HeaderName] = ("Retry-After", "x-should-retry")
    """Response headers that a page's script may read, in addition to those that browsers always allow."""

    allow_credentials: bool = False
    """Allows cookies. Needs exactly one origin, which must not be `*`."""

    max_age: Annotated[int, Field(ge=0, le=86_400)] = 600
    """How many seconds a browser caches the preflight."""

    @model_validator(mode="after")
    def _is_something_a_browser_takes(self) -> Self:
        if "*" in self.allow_origins and len(self.allow_origins) > 1:
            raise ValueError("must have * as the only entry of allow_origins, or not at all")
        if self.allow_credentials and (len(self.allow_origins) > 1 or "*" in self.allow_origins):
            raise ValueError(
                "must have exactly one origin with allow_credentials: browsers refuse *, "
                "and API Gateway's own answers can name only one"
            )
        return self

    @property
    def response_headers(self) -> dict[str, str]:
        """The headers of a response that is not a preflight, by name."""
        headers = {"Access-Control-Allow-Origin": self.allow_origins[0] if len(self.allow_origins) == 1 else "*"}
        if self.allow_credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        if self.expose_headers:
            headers["Access-Control-Expose-Headers"] = ",".join(self.expose_headers)
        return headers
