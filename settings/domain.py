"""The `[domain]` table: a custom domain for the API."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.base import Settings
from settings.route import DOT_SEGMENTS
from settings.tls import EndpointAccessMode, SecurityPolicy

CertificateArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[a-z0-9-]+$")]


def _can_be_called(base_path: str) -> str:
    if base_path in DOT_SEGMENTS:
        raise ValueError("must not be . or ..: clients resolve it before they send a request, so none would match")
    return base_path


class MutualTls(Settings):
    """Callers must present a certificate that the trust store contains or has signed."""

    truststore_uri: Annotated[str, Field(pattern=r"^s3://[a-z0-9.-]{3,63}/.+\.pem$")]
    """S3 URI of the trust store, `s3://bucket/key`."""

    truststore_version: str | None = None
    """Version of the S3 object. Default: the newest at the time of the deploy."""


class Domain(Settings):
    """Creates the domain name and its mapping to the stage. You create the DNS record (see the outputs)."""

    domain_name: Annotated[str, Field(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")]
    """The custom domain, such as `api.example.com`."""

    certificate_arn: CertificateArn
    """An ACM certificate in the API's Region, or in us-east-1 for an `EDGE` API."""

    base_path: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$"), AfterValidator(_can_be_called)] | None = None
    """The first part of the path of this API's URLs. Default: none; every path leads to this API."""

    security_policy: SecurityPolicy = "TLS_1_2"
    """The oldest TLS version that is accepted. `TLS_1_2` also accepts TLS 1.3.

    A `SecurityPolicy_...` needs `endpoint_access_mode`, and an `aws.provider_version` that starts at 6.28.
    """

    endpoint_access_mode: EndpointAccessMode | None = None
    """`STRICT` refuses a request that arrives through another type of endpoint or with another host name."""

    ip_address_type: Literal["ipv4", "dualstack"] | None = None
    """`dualstack` also accepts calls over IPv6. Default: that of `[api]`."""

    mutual_tls: MutualTls | None = None
    ownership_verification_certificate_arn: CertificateArn | None = None
    """Required with mutual TLS if `certificate_arn` is an imported certificate or comes from a private CA."""

    @property
    def url(self) -> str:
        """The URL of the stage under this domain."""
        return f"https://{self.domain_name}" + (f"/{self.base_path}" if self.base_path else "")
