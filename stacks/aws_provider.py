"""The AWS provider's configuration."""

from collections.abc import Mapping, Sequence
from typing import get_args

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import (
    AwsProvider,
    AwsProviderAssumeRole,
    AwsProviderDefaultTags,
    AwsProviderEndpoints,
)

from settings.aws import Aws, Service

# Services that only some environments call. The others render the same as before.
_SELDOM: frozenset[Service] = frozenset({"dynamodb"})


def add_aws_provider(stack: TerraformStack, aws: Aws, *, tags: Mapping[str, str], more: Sequence[Service] = ()) -> None:
    """Configure AWS in its Region, or an emulator that accepts any credentials. Tags apply to every resource with tags.

    `more` are services that this environment calls in addition to the usual ones.
    """
    emulated = aws.endpoint_url is not None
    AwsProvider(
        stack,
        "aws",
        region=aws.region,
        default_tags=[AwsProviderDefaultTags(tags=dict(tags))] if tags else None,
        allowed_account_ids=list(aws.allowed_account_ids) or None,
        assume_role=[AwsProviderAssumeRole(**aws.assume_role.model_dump())] if aws.assume_role else None,
        profile=aws.profile,
        endpoints=_endpoints(aws, more),
        # Placeholders that belong to no AWS account. An emulator ignores them, and real credentials must not be sent to
        # it.
        access_key="emulator" if emulated else None,
        secret_key="emulator" if emulated else None,
        skip_credentials_validation=True if emulated else None,
        skip_metadata_api_check="true" if emulated else None,
        skip_requesting_account_id=True if emulated else None,
    )
    if aws.provider_version is not None:
        stack.add_override("terraform.required_providers.aws.version", aws.provider_version)


def _endpoints(aws: Aws, more: Sequence[Service]) -> list[AwsProviderEndpoints] | None:
    services = [service for service in get_args(Service) if service not in _SELDOM or service in more]
    everywhere = dict.fromkeys(services, aws.endpoint_url) if aws.endpoint_url else {}
    urls = {"lambda_" if service == "lambda" else service: url for service, url in (everywhere | aws.endpoints).items()}
    return [AwsProviderEndpoints(**urls)] if urls else None
