"""Where Terraform stores the stack's state."""

from cdktf import LocalBackend, S3Backend, S3BackendAssumeRoleConfig, TerraformStack

from settings.backend import CloudBackend as CloudBackendSettings
from settings.backend import LocalBackend as LocalBackendSettings
from settings.backend import S3Backend as S3BackendSettings
from settings.environment import Environment
from stacks.cloud_block import CloudBlock


def add_state_backend(stack: TerraformStack, environment: Environment) -> None:
    """Always set a backend, because CDKTF's default contains an absolute path of the machine that synthesizes."""
    match environment.backend:
        case LocalBackendSettings():
            # Terraform runs in cdktf.out/stacks/<name>, which is generated and may be deleted.
            LocalBackend(stack, path=f"../../../terraform.{environment.name}.tfstate")
        case S3BackendSettings() as s3:
            role = s3.assume_role
            S3Backend(
                stack,
                bucket=s3.bucket,
                key=s3.object_key(environment.name),
                region=s3.region,
                encrypt=True,
                kms_key_id=s3.kms_key_id,
                profile=s3.profile,
                assume_role=S3BackendAssumeRoleConfig(**role.model_dump()) if role else None,
            )
            # Newer than the bindings: a lock file next to the object instead of a DynamoDB table (Terraform 1.10).
            stack.add_override("terraform.backend.s3.use_lockfile", True)
        case CloudBackendSettings() as cloud:
            workspaces = {"name": cloud.workspace, "tags": cloud.tags and list(cloud.tags), "project": cloud.project}
            block = {
                "organization": cloud.organization,
                "hostname": cloud.hostname,
                "workspaces": {key: value for key, value in workspaces.items() if value},
            }
            CloudBlock(stack, "backend", block=block)
