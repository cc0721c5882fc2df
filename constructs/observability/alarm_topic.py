"""The topic that alarms notify."""

from collections.abc import Iterable

from cdktf import TerraformVariable
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from constructs.terraform.address import Address, place
from settings.observability.alarms import EMAIL_PATTERN


class AlarmTopic(Construct):
    """Creates `aws_sns_topic.<id>` and a subscription for each e-mail address, which must be confirmed once.

    Until then the subscription is pending, and Terraform cannot destroy it; AWS deletes it after some time. A
    subscription without an address creates a variable with its name for the addresses, and
    `aws_sns_topic_subscription.<variable>["<address>"]` for each of them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        subscriptions: Iterable[tuple[str, str | None]],
        kms_key_arn: str | None,
    ) -> None:
        super().__init__(scope, id)
        topic = place(SnsTopic, self, id, name=name, kms_master_key_id=kms_key_arn)
        self.arn = topic.reference("arn")
        for subscription, email in subscriptions:
            if email is None:
                self._add_variable(subscription)
                subscribed = self._subscribe(subscription, "${each.value}")
                subscribed.add_override("for_each", f"${{toset(var.{subscription})}}")
            else:
                self._subscribe(subscription, email)

    def _subscribe(self, name: str, endpoint: str) -> SnsTopicSubscription:
        address = Address.of(SnsTopicSubscription, name)
        return SnsTopicSubscription(self, str(address), topic_arn=self.arn, protocol="email", endpoint=endpoint)

    def _add_variable(self, name: str) -> None:
        variable = TerraformVariable(
            self,
            "variable",
            type="list(string)",
            nullable=False,
            description="E-mail addresses that alarms are sent to; each must confirm once",
        )
        variable.override_logical_id(name)
        each_is_one = f'alltrue([for email in var.{name} : can(regex("{EMAIL_PATTERN}", email))])'
        variable.add_validation(
            condition=f"${{length(var.{name}) > 0 && {each_is_one}}}",
            error_message="Name at least one e-mail address, such as ops@example.com.",
        )
