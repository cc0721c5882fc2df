"""The `[api]` and `[stage]` tables."""

from typing import Annotated, Literal

from pydantic import Field

from settings.authorizer_result import ResultTtl
from settings.model import Items, Settings

# The Terraform name of the authorizer that `BEARER` makes, and of what belongs to it.
BEARER_KEY = "bearer_key"


class Api(Settings):
    """One REST API. REST, because only REST APIs have usage plans, method throttles and a WAF association."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    """Also the stem of the names of what belongs to the API."""

    description: Annotated[str, Field(max_length=1024)] = ""

    endpoint_type: Literal["REGIONAL", "EDGE", "PRIVATE"] = "REGIONAL"
    """`EDGE` puts CloudFront's locations in front; `PRIVATE` is reached through VPC endpoints only."""

    vpc_endpoint_ids: Items[Annotated[str, Field(pattern=r"^vpce-[0-9a-f]+$")]] = ()
    """For a PRIVATE API: endpoints that get an alias of their own in Route 53."""

    binary_media_types: Items[Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$")]] = ()
    """Bodies to pass on byte for byte, for instance `audio/mpeg` and `multipart/form-data`; others are UTF-8 text.

    No `*/*`: it makes binary of what mock routes and preflights read, and they fail.
    """

    key_source: Literal["HEADER", "AUTHORIZER", "BEARER"] = "HEADER"
    """Where the API key comes from: the `x-api-key` header; what a Lambda authorizer of yours answers; or, with
    `BEARER`, `Authorization: Bearer`, as SDKs send it, and `x-api-key` too, by an authorizer that is made for it."""

    authorizer_result_ttl_in_seconds: ResultTtl = 0
    """For `BEARER`: how long AWS remembers what that authorizer answered. 0 asks it for each request; with more than 0
    AWS remembers by the `Authorization` header, and `x-api-key` is not read."""

    @property
    def key_headers(self) -> tuple[str, ...]:
        """The headers that may hold a caller's key; none where an authorizer of yours knows."""
        match self.key_source:
            case "HEADER":
                return ("x-api-key",)
            case "AUTHORIZER":
                return ()
            case "BEARER":
                return ("authorization",) if self.authorizer_result_ttl_in_seconds else ("authorization", "x-api-key")

    disable_execute_api_endpoint: bool = False
    """Leaves only the custom domain, so that nobody walks around its certificate and mutual TLS."""


class Stage(Settings):
    """The stage that callers reach; its name is the first part of the URL's path."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    description: Annotated[str, Field(max_length=1024)] = ""
