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

# What only some environments call, so that the others render as they always did.
_SELDOM: frozenset[Service] = frozenset({"dynamodb"})


def add_aws_provider(stack: TerraformStack, aws: Aws, *, tags: Mapping[str, str], more: Sequence[Service] = ()) -> None:
    """AWS in its Region, or an emulator that takes any credentials; the tags go on everything that has tags.

    `more` are services that this environment calls beside the usual ones.
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
        # Placeholders that no AWS account has: the emulator does not look, and real ones must not travel there.
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
