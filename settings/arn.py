"""The parts of an ARN: `arn:<partition>:<service>:<region>:<account>:<resource>`."""


def region_of(arn: str) -> str:
    """Empty for what is in no Region, such as a role."""
    return arn.split(":")[3]


def account_of(arn: str) -> str:
    """Empty for what is in no account, such as a bucket."""
    return arn.split(":")[4]
