"""The `[aws]` table: where to deploy, and with which credentials."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.assume_role import AssumeRole
from settings.base import LARGEST_INTEGER, Items, Settings
from settings.problem import Problem, refuse
from settings.provider_version import ProviderVersion

Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
AccountId = Annotated[str, Field(pattern=r"^\d{12}$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+$")]

# The beginnings of the names of Regions outside the partition `aws`: botocore 1.43, data/partitions.json, read 2026-11.
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
)

# The services that our resources call, by the provider's names.
Service = Literal[
    "apigateway", "apigatewayv2", "cloudwatch", "dynamodb", "iam", "lambda", "logs", "sns", "sts", "wafv2"
]


def _differ(accounts: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(accounts)) < len(accounts):
        raise ValueError("must name each account once")
    return accounts


class Aws(Settings):
    """Region, credentials, and how the AWS provider reaches it."""

    region: Region
    """Region of the API, such as `us-east-1`."""

    provider_version: ProviderVersion | None = None
    """Which versions of the AWS provider may run, such as `~> 6.25`. Default: exactly the version of the bindings."""

    allowed_account_ids: Annotated[Items[AccountId], AfterValidator(_differ)] = ()
    """Refuses a deploy with credentials of any other account, before Terraform plans. Default: any account."""

    assume_role: AssumeRole | None = None
    """The role that Terraform assumes for every call. Default: none; the credentials are used directly."""

    profile: Annotated[str, Field(pattern=r"^\S+$")] | None = None
    """A profile in the AWS configuration file of the machine that runs Terraform. Default: the usual credential chain.
    """

    endpoint_url: Url | None = None
    """Sends every AWS call to this address, such as a local emulator. Credentials are then not checked."""

    endpoints: dict[Service, Url] = {}
    """Endpoints of single services, such as a VPC endpoint, called with real credentials."""

    account_rate_limit: Annotated[float, Field(gt=0, le=LARGEST_INTEGER)] | None = None
    """The account's throttle quota in that Region, in requests per second. Default: that of a new AWS account."""

    account_burst_limit: Annotated[int, Field(ge=1, le=LARGEST_INTEGER)] | None = None
    """The account's burst quota in that Region, in requests. Default: that of a new AWS account."""

    @property
    def partition(self) -> str:
        """The second part of every ARN in the Region, such as `aws`."""
        return next((partition for prefix, partition in _PARTITIONS if self.region.startswith(prefix)), "aws")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        refuse(self, *self._refused())
        return self

    def _refused(self) -> Iterator[Problem]:
        if self.endpoint_url is not None:
            for field in ("allowed_account_ids", "assume_role", "profile"):
                if getattr(self, field):
                    yield Problem(
                        (field,),
                        "endpoint_url is for an emulator, which gets placeholder credentials; remove one of the two",
                    )
        role = self.assume_role
        if role and self.allowed_account_ids and role.account_id not in self.allowed_account_ids:
            yield Problem(
                ("assume_role", "role_arn"), f"is in account {role.account_id}, which is not in allowed_account_ids"
            )
