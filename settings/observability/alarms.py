"""`[observability.alarms]`: when somebody is to be woken."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from settings.model import Items, Settings
from settings.observability.log_group import KmsKeyArn
from settings.observability.switch import OrOff
from settings.terraform_name import terraform_name

Percent = Annotated[float, Field(gt=0, le=100)]
Milliseconds = Annotated[int, Field(ge=1, le=900_000)]
Count = Annotated[int, Field(ge=1)]

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")


def _is_a_topic(arn: str) -> str:
    if not _TOPIC.fullmatch(arn):
        raise ValueError("must be the ARN of a standard SNS topic, arn:aws:sns:<region>:<account>:<name>")
    return arn


TopicArn = Annotated[str, AfterValidator(_is_a_topic)]

# Without backslashes, so that Terraform takes the same text.
EMAIL_PATTERN = "^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$"
Email = Annotated[str, Field(pattern=EMAIL_PATTERN)]


def _word_or_list(value: object) -> str:
    return "word" if isinstance(value, str) else "list"


class Alarms(Settings):
    """CloudWatch alarms; without the table there is none. Each threshold takes a number or `off`.

    An alarm looks at the last `evaluation_periods` periods and rings where `datapoints_to_alarm` of them are beyond
    its threshold. A period without data is no alarm: nobody called, and nobody was refused.
    """

    throttled_percent: OrOff[Percent] = 5.0
    """Requests that a throttle of API Gateway refused, of all requests of a period."""

    server_error_percent: OrOff[Percent] = 1.0
    """Answers 5XX, of all requests of a period."""

    latency_p99_ms: OrOff[Milliseconds] = 20_000
    """The 99th percentile of the time to answer. Generous by default: language models are slow."""

    integration_latency_p99_ms: OrOff[Milliseconds] = 20_000
    """The same of the backend alone."""

    waf_blocked_requests: OrOff[Count] = 1000
    """Requests that our web ACL blocked in a period."""

    near_limit_percent: OrOff[Percent] = 80.0
    """How much of its own `rate_limit` a route may use over a minute. Needs `detailed_metrics`."""

    minimum_requests: Count = 20
    """A period with fewer requests is not judged by its percentages: one error of two is no outage."""

    period_sec: Literal[60, 300] = 60
    evaluation_periods: Annotated[int, Field(ge=1, le=60)] = 5
    datapoints_to_alarm: Annotated[int, Field(ge=1, le=60)] = 3

    topic_arns: Items[TopicArn] = ()
    """Existing SNS topics, told of every alarm and of its end."""

    emails: Annotated[
        Annotated[Items[Email], Tag("list")] | Annotated[Literal["variable"], Tag("word")],
        Discriminator(_word_or_list),
    ] = ()
    """Subscribed to a topic of our own. Each must confirm once; AWS sends a link.

    `variable`: the Terraform variable `alarm_emails` has them, a list that is not empty.
    """

    kms_key_arn: KmsKeyArn | None = None
    """Encrypts our own topic. The key's policy must let `cloudwatch.amazonaws.com` use it."""

    @model_validator(mode="after")
    def _can_ring(self) -> Self:
        if self.datapoints_to_alarm > self.evaluation_periods:
            raise ValueError(
                f"datapoints_to_alarm {self.datapoints_to_alarm} is more than the {self.evaluation_periods} "
                "evaluation_periods; it could never ring"
            )
        if self.kms_key_arn is not None and not self.emails:
            raise ValueError("kms_key_arn encrypts a topic of our own, and without emails there is none")
        return self

    @model_validator(mode="after")
    def _emails_differ(self) -> Self:
        taken: dict[str, str] = {}
        for email in () if self.emails == "variable" else self.emails:
            other = taken.setdefault(email_address(email), email)
            if other is not email:
                raise ValueError(f"emails {other} and {email} would have one name in Terraform; leave one out")
        return self


def email_address(email: str) -> str:
    """The Terraform name of its subscription: `ops_example_com`."""
    return terraform_name(email)
