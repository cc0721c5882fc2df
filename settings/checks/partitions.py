"""ARNs compared with the partition of the Region: `aws`, `aws-cn`, `aws-us-gov`, ...

A partition is a group of Regions with accounts of its own. No resource of another partition can be called, and IAM
refuses its ARN in a policy:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html, read 2026-11.
"""

from collections.abc import Iterator

from settings.arn import partition_of, region_of
from settings.checks.texts import texts_of
from settings.fields import EnvironmentFields
from settings.problem import Problem

# The fields that name resources which this API uses. The state, in `backend`, may be in another partition.
_NAMES = ("provider_arns", "topic_arns", "informational_topic_arns", "resources", "ip_set", "model_id", "model_source")
_ELSEWHERE = ("backend",)
# No other check compares the Regions of these.
_OF_ANY_REGION = ("provider_arns", "resources", "ownership_verification_certificate_arn")


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """An ARN of another partition. If it names another Region too, the checks of Regions refuse it."""
    aws = environment.aws
    for where, text in texts_of(environment):
        if not text.startswith("arn:") or where[0] in _ELSEWHERE:
            continue
        name = next(part for part in reversed(where) if isinstance(part, str))
        if partition_of(text) == aws.partition or not (name.endswith("_arn") or name in _NAMES):
            continue
        if name in _OF_ANY_REGION or region_of(text) in {"", aws.region}:
            yield Problem(
                where,
                f"is in the partition {partition_of(text)}, but {aws.region} is in {aws.partition}; begin it with "
                f"arn:{aws.partition}:",
            )
