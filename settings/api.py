"""The `[api]` and `[stage]` tables."""

from typing import Annotated, Literal

from pydantic import Field

from settings.authorizer_result import ResultTtl
from settings.base import Items, Settings
from settings.tls import EndpointAccessMode, SecurityPolicy

# The Terraform name of the authorizer that `BEARER` creates. The names of its other resources begin with it.
BEARER_KEY = "bearer_key"


class Api(Settings):
    """One REST API. Only REST APIs have usage plans, method throttles and an association with a web ACL."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    """Name of the API. The names of other resources begin with it."""

    description: Annotated[str, Field(max_length=1024)] = ""
    """Description of the REST API in AWS."""

    endpoint_type: Literal["REGIONAL", "EDGE", "PRIVATE"] = "REGIONAL"
    """`EDGE` puts CloudFront's locations in front. `PRIVATE` can only be reached through VPC endpoints."""

    vpc_endpoint_ids: Items[Annotated[str, Field(pattern=r"^vpce-[0-9a-f]+$")]] = ()
    """For a `PRIVATE` API: the VPC endpoints that get their own alias in Route 53."""

    binary_media_types: Items[Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$")]] = ()
    """Media types of bodies that API Gateway passes on byte for byte, such as `audio/mpeg` and `multipart/form-data`.
    It treats others as UTF-8 text.

    `*/*` is not allowed: mock routes and preflights would get a binary body, which they cannot read.
    """

    key_source: Literal["HEADER", "AUTHORIZER", "BEARER"] = "HEADER"
    """Where API Gateway reads the API key. `HEADER`: the `x-api-key` header. `AUTHORIZER`: the answer of your Lambda
    authorizer. `BEARER`: `Authorization: Bearer`, which SDKs send, or `x-api-key`; Spillway creates an authorizer for
    it."""

    authorizer_result_ttl_in_seconds: ResultTtl = 0
    """For `BEARER`: how many seconds AWS caches the answer of that authorizer. With 0, AWS calls it for every request.
    With more, the cache key is the `Authorization` header, and `x-api-key` is not read."""

    @property
    def key_headers(self) -> tuple[str, ...]:
        """The headers that may hold a caller's key. Empty if your own authorizer finds the key."""
        match self.key_source:
            case "HEADER":
                return ("x-api-key",)
            case "AUTHORIZER":
                return ()
            case "BEARER":
                return ("authorization",) if self.authorizer_result_ttl_in_seconds else ("authorization", "x-api-key")

    disable_execute_api_endpoint: bool = False
    """Turns off the execute-api endpoint, so that callers cannot bypass the custom domain and its mutual TLS."""

    ip_address_type: Literal["ipv4", "dualstack"] | None = None
    """`dualstack` also accepts calls over IPv6. Default: that of AWS, which is `ipv4`, and `dualstack` for a `PRIVATE`
    API."""

    security_policy: SecurityPolicy | None = None
    """Which TLS versions the execute-api endpoint accepts. Default: that of AWS, which is TLS 1.0 and newer, and TLS
    1.2 for a `PRIVATE` API.

    Needs an `aws.provider_version` that starts at 6.53. A `SecurityPolicy_...` also needs `endpoint_access_mode`.
    """

    endpoint_access_mode: EndpointAccessMode | None = None
    """`STRICT` refuses a request that arrives through another type of endpoint or with another host name."""

    @property
    def takes_ipv6(self) -> bool:
        """Whether callers can reach the execute-api endpoint over IPv6."""
        return (self.ip_address_type or ("dualstack" if self.endpoint_type == "PRIVATE" else "ipv4")) == "dualstack"


class Stage(Settings):
    """The stage that callers use. Its name is the first part of the URL's path."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    """Name of the stage. It is the first part of the URL's path."""

    description: Annotated[str, Field(max_length=1024)] = ""
    """Description of the stage in AWS."""

    client_certificate: Annotated[str, Field(pattern=r"^[a-z0-9]{6,32}$")] | None = None
    """The certificate that API Gateway presents to https backends, so that they can refuse all other callers. Default:
    none.

    `create` generates one, and the output `client_certificate_pem` is what the backend must trust. You can also give
    the id of an existing one. API Gateway's certificates are valid for 365 days.
    """

    @property
    def creates_client_certificate(self) -> bool:
        """Whether this stack creates the certificate."""
        return self.client_certificate == "create"

    check_export: bool = True
    """Exports the stage at every plan, and warns if what it serves differs from the configuration (docs/deploying.md).

    Turn it off for credentials that may not call GetExport. Without that permission they cannot plan.
    """
