"""Amazon Resource Names: `arn:partition:service:region:account:resource`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html, read 2026-11.
"""


def partition_of(arn: str) -> str:
    """The partition, such as `aws` or `aws-cn`."""
    return arn.split(":")[1]


def region_of(arn: str) -> str:
    """The Region, such as `us-east-1`. Empty for a resource without a Region, such as a role."""
    return arn.split(":")[3]


def account_of(arn: str) -> str:
    """The account. Empty for a resource without an account, such as a bucket."""
    return arn.split(":")[4]
