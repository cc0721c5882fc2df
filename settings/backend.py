"""The `[backend]` table: where Terraform stores the state."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.assume_role import AssumeRole
from settings.aws import Region
from settings.base import Settings, SomeItems


class LocalBackend(Settings):
    """A file in the project root, `terraform.<environment>.tfstate`. The default."""

    type: Literal["local"] = "local"


def _inside_the_bucket(key: str) -> str:
    if key.startswith("/") or key.endswith("/"):
        raise ValueError("must neither start nor end with a slash")
    return key


class S3Backend(Settings):
    """An encrypted S3 object with a lock file next to it (Terraform >= 1.10). Spillway does not create the bucket."""

    type: Literal["s3"]

    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, read 2026-11.
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    """Name of an existing bucket."""

    region: Region
    """Region of the bucket."""

    key: Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_inside_the_bucket)] | None = None
    """Name of the object. Default: `spillway/<environment>.tfstate`."""

    kms_key_id: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/\S+$")] | None = None
    """ARN of your own KMS key. Default: the keys of S3 (AES256)."""

    profile: Annotated[str, Field(pattern=r"^\S+$")] | None = None
    """A profile in the AWS configuration file. Default: the usual credential chain. The backend does not use `[aws]`.
    """

    assume_role: AssumeRole | None = None
    """The role that reads and writes the state. Default: none; the credentials are used directly."""

    def object_key(self, environment: str) -> str:
        """The name of the object."""
        return self.key or f"spillway/{environment}.tfstate"


# https://developer.hashicorp.com/terraform/cloud-docs/workspaces/creating and .../projects/manage, read 2026-11:
# letters, numbers, hyphens, underscores. Projects may also have inner spaces, tags may have colons.
WorkspaceTag = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9:_-]{0,253}[A-Za-z0-9])?$")]


class CloudBackend(Settings):
    """A workspace of Terraform Cloud (HCP Terraform) or Terraform Enterprise, by name or by tags."""

    type: Literal["cloud"]
    organization: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    """Name of the organization."""

    workspace: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,90}$")] | None = None
    """Name of one workspace. The first `cdktf deploy` creates it if it does not exist."""

    tags: SomeItems[WorkspaceTag] | None = None
    """Any workspace with all of these tags. TF_WORKSPACE selects one."""

    project: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]([A-Za-z0-9 _-]*[A-Za-z0-9_-])?$")] | None = None
    """The project in which a new workspace is created. Default: the organization's default project."""

    hostname: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+(:\d+)?$")] = "app.terraform.io"
    """Host of Terraform Cloud, or of a Terraform Enterprise installation."""

    @model_validator(mode="after")
    def _says_which_workspace(self) -> Self:
        if (self.workspace is None) == (self.tags is None):
            raise ValueError("must have either workspace or tags")
        return self


Backend = Annotated[LocalBackend | S3Backend | CloudBackend, Field(discriminator="type")]
