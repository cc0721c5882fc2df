"""The `[domain]` table: a name of one's own for the API."""

from typing import Annotated, Literal

from pydantic import Field

from settings.base import Settings
from settings.tls import EndpointAccessMode, SecurityPolicy

CertificateArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[a-z0-9-]+$")]


class MutualTls(Settings):
    """Callers must show a certificate that the trust store knows."""

    truststore_uri: Annotated[str, Field(pattern=r"^s3://[a-z0-9.-]{3,63}/.+\.pem$")]
    """S3 URI of the trust store, `s3://bucket/key`."""

    truststore_version: str | None = None
    """The S3 object's version. Default: the newest, at the moment of the deployment."""


class Domain(Settings):
    """Creates the domain name and its mapping to the stage; the DNS record to its target is yours (see the outputs)."""

    domain_name: Annotated[str, Field(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")]
    """The custom domain, for instance `api.example.com`."""

    certificate_arn: CertificateArn
    """An ACM certificate of the API's Region; of us-east-1 for an EDGE API."""

    base_path: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] | None = None
    """The first part of the path that leads to this API. Default: every path does."""

    security_policy: SecurityPolicy = "TLS_1_2"
    """The oldest TLS that is accepted; `TLS_1_2` takes TLS 1.3 too.

    A `SecurityPolicy_...` needs `endpoint_access_mode`, and `aws.provider_version` to start at 6.28.
    """

    endpoint_access_mode: EndpointAccessMode | None = None
    """`STRICT` refuses a request that reaches the domain by another kind of endpoint or under another host's name."""

    ip_address_type: Literal["ipv4", "dualstack"] | None = None
    """`dualstack` takes calls over IPv6 too. Default: as `[api]` says."""

    mutual_tls: MutualTls | None = None
    ownership_verification_certificate_arn: CertificateArn | None = None
    """AWS asks for it with mutual TLS where `certificate_arn` was imported or comes from a private CA."""

    @property
    def url(self) -> str:
        """The address of the stage under this name."""
        return f"https://{self.domain_name}" + (f"/{self.base_path}" if self.base_path else "")
