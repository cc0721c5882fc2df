"""Where alarms are sent."""

from collections.abc import Sequence
from typing import Literal

from cdktf import TerraformVariable
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from constructs.terraform.address import Address, place
from settings.observability.alarms import EMAIL_PATTERN, email_address

_VARIABLE = "alarm_emails"


class AlarmTopic(Construct):
    """Creates `aws_sns_topic.alarms` and a subscription for each e-mail address, which must confirm it once.

    Until it has, the subscription is pending, and a destroy cannot remove it; AWS drops it after a while. `variable`
    brings the variable `alarm_emails`, and `aws_sns_topic_subscription.alarm_emails["<address>"]` for each.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        emails: Sequence[str] | Literal["variable"],
        kms_key_arn: str | None,
    ) -> None:
        super().__init__(scope, id)
        topic = place(SnsTopic, self, "alarms", name=name, kms_master_key_id=kms_key_arn)
        self.arn = topic.reference("arn")
        if emails == "variable":
            self._add_variable()
            self._subscribe(_VARIABLE, "${each.value}").add_override("for_each", f"${{toset(var.{_VARIABLE})}}")
            return
        for email in emails:
            self._subscribe(email_address(email), email)

    def _subscribe(self, name: str, endpoint: str) -> SnsTopicSubscription:
        address = Address.of(SnsTopicSubscription, name)
        return SnsTopicSubscription(self, str(address), topic_arn=self.arn, protocol="email", endpoint=endpoint)

    def _add_variable(self) -> None:
        variable = TerraformVariable(
            self,
            "variable",
            type="list(string)",
            nullable=False,
            description="E-mail addresses that alarms are sent to; each must confirm once",
        )
        variable.override_logical_id(_VARIABLE)
        each_is_one = f'alltrue([for email in var.{_VARIABLE} : can(regex("{EMAIL_PATTERN}", email))])'
        variable.add_validation(
            condition=f"${{length(var.{_VARIABLE}) > 0 && {each_is_one}}}",
            error_message="Name at least one e-mail address, such as ops@example.com.",
        )
