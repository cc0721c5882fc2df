"""The `[api]` and `[stage]` tables."""

from typing import Annotated, Literal

from pydantic import Field

from settings.authorizer_result import ResultTtl
from settings.base import Items, Settings
from settings.tls import EndpointAccessMode, SecurityPolicy

# The Terraform name of the authorizer that `BEARER` makes, and of what belongs to it.
BEARER_KEY = "bearer_key"


class Api(Settings):
    """One REST API. REST, because only REST APIs have usage plans, method throttles and a WAF association."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    """Also the stem of the names of what belongs to the API."""

    description: Annotated[str, Field(max_length=1024)] = ""
    """Description of the REST API in AWS."""

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

    ip_address_type: Literal["ipv4", "dualstack"] | None = None
    """`dualstack` takes calls over IPv6 too. Default: AWS's own, `ipv4`, and for a PRIVATE API `dualstack`."""

    security_policy: SecurityPolicy | None = None
    """Which TLS the execute-api endpoint accepts. Default: AWS's own, TLS 1.0 and newer, for a PRIVATE API TLS 1.2.

    Needs `aws.provider_version` to start at 6.53. A `SecurityPolicy_...` needs `endpoint_access_mode` too.
    """

    endpoint_access_mode: EndpointAccessMode | None = None
    """`STRICT` refuses a request that reaches the API by another kind of endpoint or under another host's name."""

    @property
    def takes_ipv6(self) -> bool:
        """Whether the execute-api endpoint is reached over IPv6 too."""
        return (self.ip_address_type or ("dualstack" if self.endpoint_type == "PRIVATE" else "ipv4")) == "dualstack"


class Stage(Settings):
    """The stage that callers reach; its name is the first part of the URL's path."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    """Name of the stage, the first part of the URL's path."""

    description: Annotated[str, Field(max_length=1024)] = ""
    """Description of the stage in AWS."""

    client_certificate: Annotated[str, Field(pattern=r"^[a-z0-9]{6,32}$")] | None = None
    """What API Gateway shows to https backends, so that they can refuse everybody else. Default: nothing.

    `create` makes one, and the output `client_certificate_pem` is what a backend must trust. Or the id of one that is
    there already. API Gateway's certificates last for 365 days.
    """

    @property
    def creates_client_certificate(self) -> bool:
        """Whether one is made."""
        return self.client_certificate == "create"

    check_export: bool = True
    """Export the stage at every plan, and warn if it serves something else than the configuration (docs/deploying.md).

    Off for credentials that may not call GetExport: without it they could not plan.
    """
