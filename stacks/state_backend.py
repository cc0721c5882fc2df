"""Where Terraform keeps the stack's state."""

from cdktf import CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, TerraformStack

from settings.backend import CloudBackend as CloudBackendSettings
from settings.backend import LocalBackend as LocalBackendSettings
from settings.backend import S3Backend as S3BackendSettings
from settings.environment import Environment


def add_state_backend(stack: TerraformStack, environment: Environment) -> None:
    """Always one, since CDKTF's own default writes an absolute path of the machine that synthesizes."""
    match environment.backend:
        case LocalBackendSettings():
            # Terraform runs in cdktf.out/stacks/<name>, which is generated and gets deleted.
            LocalBackend(stack, path=f"../../../terraform.{environment.name}.tfstate")
        case S3BackendSettings() as s3:
            S3Backend(
                stack,
                bucket=s3.bucket,
                key=s3.key or f"spillway/{environment.name}.tfstate",
                region=s3.region,
                encrypt=True,
            )
            # Newer than the bindings: the lock file beside the object instead of a DynamoDB table (Terraform 1.10).
            stack.add_override("terraform.backend.s3.use_lockfile", True)
        case CloudBackendSettings() as cloud:
            CloudBackend(
                stack,
                organization=cloud.organization,
                hostname=cloud.hostname,
                workspaces=NamedCloudWorkspace(cloud.workspace),
            )
