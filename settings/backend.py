"""The `[backend]` table: where Terraform keeps the state."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings


class LocalBackend(Settings):
    """A file in the project root, `terraform.<environment>.tfstate`. The default."""

    type: Literal["local"] = "local"


class S3Backend(Settings):
    """An S3 object, locked by a lock file beside it (Terraform >= 1.10)."""

    type: Literal["s3"]
    bucket: Annotated[str, Field(min_length=3, max_length=63)]
    region: str
    key: str | None = None
    """Default: `spillway/<environment>.tfstate`."""


class CloudBackend(Settings):
    """A Terraform Cloud (HCP Terraform) workspace."""

    type: Literal["cloud"]
    organization: Annotated[str, Field(min_length=1)]
    workspace: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,90}$")]
    hostname: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")] = "app.terraform.io"


Backend = Annotated[LocalBackend | S3Backend | CloudBackend, Field(discriminator="type")]
