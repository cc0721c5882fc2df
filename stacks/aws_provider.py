"""The AWS provider's configuration."""

from collections.abc import Mapping

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags, AwsProviderEndpoints

from settings.aws import Aws

# The services that our resources call, by the provider's names for them.
_SERVICES = ("apigateway", "cloudwatch", "iam", "lambda", "logs", "sns", "sts", "wafv2")


def add_aws_provider(stack: TerraformStack, aws: Aws, *, tags: Mapping[str, str]) -> None:
    """AWS in its Region, or an emulator that takes any credentials; the tags go on everything that has tags."""
    default_tags = [AwsProviderDefaultTags(tags=dict(tags))] if tags else None
    if aws.endpoint_url is None:
        AwsProvider(stack, "aws", region=aws.region, default_tags=default_tags)
        return
    AwsProvider(
        stack,
        "aws",
        region=aws.region,
        default_tags=default_tags,
        # Placeholders that no AWS account has: the emulator does not look, and real ones must not travel there.
        access_key="emulator",
        secret_key="emulator",  # noqa: S106  # a placeholder, as said above
        skip_credentials_validation=True,
        skip_metadata_api_check="true",
        skip_requesting_account_id=True,
        endpoints=[AwsProviderEndpoints(**{_argument(service): aws.endpoint_url for service in _SERVICES})],
    )


def _argument(service: str) -> str:
    return "lambda_" if service == "lambda" else service
