"""Where alarms are sent."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from constructs.terraform.address import place
from settings.observability.alarms import email_address


class AlarmTopic(Construct):
    """Creates `aws_sns_topic.alarms` and a subscription for each e-mail address, which must confirm it once.

    Until it has, the subscription is pending, and a destroy cannot remove it; AWS drops it after a while.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, emails: Sequence[str], kms_key_arn: str | None) -> None:
        super().__init__(scope, id)
        topic = place(SnsTopic(self, "topic", name=name, kms_master_key_id=kms_key_arn), "alarms")
        self.arn = topic.reference("arn")
        for email in emails:
            subscription = SnsTopicSubscription(
                self, email_address(email), topic_arn=self.arn, protocol="email", endpoint=email
            )
            place(subscription, email_address(email))
