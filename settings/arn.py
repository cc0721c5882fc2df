"""Amazon Resource Names: `arn:partition:service:region:account:resource`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html, read 2026-11.
"""


def region_of(arn: str) -> str:
    """`us-east-1`; empty for what is in no Region, such as a role."""
    return arn.split(":")[3]


def account_of(arn: str) -> str:
    """Empty for what is in no account, such as a bucket."""
    return arn.split(":")[4]
