"""`[observability.alarms]`: when to page someone, and when to inform someone."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from settings.base import LARGEST_INTEGER, Items, Settings
from settings.observability.log_group import KmsKeyArn
from settings.observability.switch import OrOff
from settings.terraform_name import terraform_name

Percent = Annotated[float, Field(gt=0, le=100)]
Milliseconds = Annotated[int, Field(ge=1, le=900_000)]
Count = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")


def _is_a_topic(arn: str) -> str:
    if not _TOPIC.fullmatch(arn):
        raise ValueError("must be the ARN of a standard SNS topic, arn:aws:sns:<region>:<account>:<name>")
    return arn


TopicArn = Annotated[str, AfterValidator(_is_a_topic)]

# Without backslashes, so that Terraform reads the same text.
EMAIL_PATTERN = "^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$"
Email = Annotated[str, Field(pattern=EMAIL_PATTERN)]

# Whether each threshold pages. An alarm that only informs shows that a limit works, which is not an outage.
PAGES: Mapping[str, bool] = MappingProxyType(
    {
        "server_error_percent": True,
        "latency_p99_ms": True,
        "integration_latency_p99_ms": True,
        "limiter_unavailable": True,
        "throttled_percent": False,
        "waf_blocked_requests": False,
        "near_limit_percent": False,
    }
)


def _word_or_list(value: object) -> str:
    return "word" if isinstance(value, str) else "list"


Emails = Annotated[
    Annotated[Items[Email], Tag("list")] | Annotated[Literal["variable"], Tag("word")],
    Discriminator(_word_or_list),
]


INFORMATIONAL = "informational_"
"""Prefix of the Terraform names of the second topic, its variable and its subscriptions."""


class Alarms(Settings):
    """CloudWatch alarms. Without the table there are none. Each threshold is a number or `off`.

    An alarm reads the last `evaluation_periods` periods and goes off if `datapoints_to_alarm` of them are beyond its
    threshold. A period without data does not count: no one called, and no one was refused.

    Errors and latency page `topic_arns` and `emails`. Refused requests, and limits that are nearly reached, only inform
    `informational_topic_arns` and `informational_emails`.
    """

    throttled_percent: OrOff[Percent] = 5.0
    """Share of a period's requests that API Gateway throttled. Informs."""

    server_error_percent: OrOff[Percent] = 1.0
    """Share of a period's requests that were answered with 5XX. Pages."""

    latency_p99_ms: OrOff[Milliseconds] = 25_000
    """The 99th percentile of the response time. Pages.

    Language models are slow, so the default is close to the 29 s after which API Gateway gives up.
    """

    integration_latency_p99_ms: OrOff[Milliseconds] = 25_000
    """The 99th percentile of the backend's response time. Pages."""

    waf_blocked_requests: OrOff[Count] = 1000
    """Requests that Spillway's web ACL blocked in a period. Informs."""

    near_limit_percent: OrOff[Percent] = 80.0
    """How much of its own `rate_limit` a route may use in a minute, without refused requests. Informs.

    Needs `detailed_metrics`. Without the access log's metrics, refused requests are included.
    """

    limiter_unavailable: OrOff[Count] = 5
    """Requests in a period for which a function could not read the table of the limits in tokens. Pages."""

    minimum_requests: Count = 100
    """Percentages are only checked in periods with at least this many requests: of 100 requests, one error is 1 % and
    not an outage."""

    period_sec: Literal[60, 300] = 60
    """Length of one period in seconds."""

    evaluation_periods: Annotated[int, Field(ge=1, le=60)] = 5
    """How many of the latest periods an alarm reads."""

    datapoints_to_alarm: Annotated[int, Field(ge=1, le=60)] = 3
    """How many of these periods must be beyond the threshold."""

    topic_arns: Items[TopicArn] = ()
    """ARNs of existing SNS topics that are notified of every alarm that pages."""

    emails: Emails = ()
    """Addresses that are subscribed to a topic for alarms that page. Each must confirm once; AWS sends a link.

    `variable`: the Terraform variable `alarm_emails` contains them, a list that is not empty.
    """

    informational_topic_arns: Items[TopicArn] = ()
    """ARNs of existing SNS topics that are notified of every alarm that only informs. Default: none; the dashboard
    shows these alarms."""

    informational_emails: Emails = ()
    """Addresses that are subscribed to a second topic, for alarms that only inform.

    `variable`: the Terraform variable `informational_alarm_emails` contains them, a list that is not empty.
    """

    ok_actions: bool = True
    """Whether to notify when an alarm ends, too. `false`: only when it begins."""

    kms_key_arn: KmsKeyArn | None = None
    """Key that encrypts the topics that Spillway creates. Its policy must allow `cloudwatch.amazonaws.com` to use it.
    """

    @model_validator(mode="after")
    def _can_ring(self) -> Self:
        if self.datapoints_to_alarm > self.evaluation_periods:
            raise ValueError(
                f"datapoints_to_alarm {self.datapoints_to_alarm} is more than the {self.evaluation_periods} "
                "evaluation_periods; the alarm could never go off"
            )
        if self.kms_key_arn is not None and not (self.emails or self.informational_emails):
            raise ValueError("kms_key_arn encrypts the topic of emails, and there are no emails")
        return self

    @model_validator(mode="after")
    def _emails_differ(self) -> Self:
        for field in ("emails", "informational_emails"):
            emails, taken = getattr(self, field), dict[str, str]()
            for email in () if emails == "variable" else emails:
                other = taken.setdefault(terraform_name(email), email)
                if other is not email:
                    raise ValueError(f"{field} {other} and {email} would have the same name in Terraform; remove one")
        return self

    def subscriptions(self, *, pages: bool) -> tuple[tuple[str, str | None], ...]:
        """The Terraform name of each subscription to a topic that Spillway creates, and its address. None if a variable
        has it.
        """
        emails = self.emails if pages else self.informational_emails
        prefix = "" if pages else INFORMATIONAL
        if emails == "variable":
            return ((f"{prefix}alarm_emails", None),)
        return tuple((f"{prefix}{terraform_name(email)}", email) for email in emails)
