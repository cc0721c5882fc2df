"""What every log group of Spillway has."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from settings.base import Settings

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html, read 2026-11.
RetentionInDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]

DEFAULT_RETENTION_IN_DAYS: RetentionInDays = 30
"""How long CloudWatch keeps a log whose retention the environment file does not set."""

_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+")


def _is_a_key(arn: str) -> str:
    if not _KEY_ARN.fullmatch(arn):
        raise ValueError("must be the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>")
    return arn


KmsKeyArn = Annotated[str, AfterValidator(_is_a_key)]


class LogGroup(Settings):
    """How long the log is kept, and the key that encrypts it."""

    retention_in_days: RetentionInDays = DEFAULT_RETENTION_IN_DAYS
    """How many days CloudWatch keeps the log."""

    kms_key_arn: KmsKeyArn | None = None
    """Key that encrypts the log. Default: the key of CloudWatch Logs. The key's policy must allow
    `logs.<region>.amazonaws.com` to use it."""
