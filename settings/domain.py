"""The `[domain]` table: a name of one's own for the API."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings

CertificateArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[a-z0-9-]+$")]


class MutualTls(Settings):
    """Callers must show a certificate that the trust store knows."""

    truststore_uri: Annotated[str, Field(pattern=r"^s3://[a-z0-9.-]{3,63}/.+\.pem$")]
    truststore_version: str | None = None
    """The S3 object's version. Default: the newest, at the moment of the deployment."""


class Domain(Settings):
    """Creates the domain name and its mapping to the stage; the DNS record to its target is yours (see the outputs)."""

    domain_name: Annotated[str, Field(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")]
    certificate_arn: CertificateArn
    """An ACM certificate of the API's Region; of us-east-1 for an EDGE API."""

    base_path: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] | None = None
    """The first part of the path that leads to this API. Default: every path does."""

    security_policy: Literal["TLS_1_0", "TLS_1_2"] = "TLS_1_2"
    """The oldest TLS that is accepted; `TLS_1_2` takes TLS 1.3 too.

    AWS's newer policies need `endpoint_access_mode`, which version 6.25.0 of the Terraform provider does not have
    (hashicorp/terraform-provider-aws pull request 45741).
    """

    mutual_tls: MutualTls | None = None
    ownership_verification_certificate_arn: CertificateArn | None = None
    """AWS asks for it with mutual TLS where `certificate_arn` was imported or comes from a private CA."""

    @property
    def url(self) -> str:
        """The address of the stage under this name."""
        return f"https://{self.domain_name}" + (f"/{self.base_path}" if self.base_path else "")
