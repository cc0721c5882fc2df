"""`assume_role` tables: a role to assume."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.arn import account_of
from settings.base import Settings

_SHORTEST, _LONGEST = 15, 12 * 60


def _within_aws_limits(duration: str) -> str:
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?", duration)
    minutes = int(match[1] or 0) * 60 + int(match[2] or 0) if match else 0
    if not _SHORTEST <= minutes <= _LONGEST:
        raise ValueError('must be 15 minutes to 12 hours, written "30m", "1h" or "1h30m"')
    return duration


class AssumeRole(Settings):
    """STS AssumeRole, for the provider and for the S3 backend.

    Limits: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, read 2026-11.
    """

    role_arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+$")]
    """ARN of the role to assume."""

    session_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9+=,.@_-]{2,64}$")] | None = None
    """The session name in CloudTrail. Default: Terraform generates one."""

    external_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9+=,.@:/_-]{2,1224}$")] | None = None
    """The external id that the role's trust policy may require. It is an agreement, not a secret."""

    duration: Annotated[str, AfterValidator(_within_aws_limits)] | None = None
    """Length of the session, from 15 minutes to 12 hours: `30m`, `1h`, `1h30m`. Default: one hour, which is AWS's
    default."""

    @property
    def account_id(self) -> str:
        """The account that the role is in."""
        return account_of(self.role_arn)
