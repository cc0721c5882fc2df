"""The `[aws]` table: where to deploy."""

from typing import Annotated

from pydantic import Field

from settings.model import Settings


class Aws(Settings):
    """Region, and how the AWS provider reaches it."""

    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    """For instance `us-east-1`."""

    endpoint_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+$")] | None = None
    """Every AWS call goes to this address instead of AWS: a local emulator. Credentials are then not checked."""

    account_rate_limit: Annotated[float, Field(gt=0)] | None = None
    """The account's own quota in that Region, requests per second. Default: what AWS gives a new account."""

    account_burst_limit: Annotated[int, Field(ge=1)] | None = None
    """The account's own burst quota in that Region, requests. Default: what AWS gives a new account."""

    @property
    def partition(self) -> str:
        """The second part of every ARN in that Region."""
        for prefix, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")):
            if self.region.startswith(prefix):
                return partition
        return "aws"
