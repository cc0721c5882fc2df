"""A CloudWatch log group."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from constructs.terraform.address import place
from settings.observability.log_group import LogGroup as LogGroupSettings


class LogGroup(Construct):
    """Creates `aws_cloudwatch_log_group.<id>` with a name that is stable or set by AWS.

    Terraform destroys it after its writer has stopped. Otherwise API Gateway would create the missing group again,
    without retention. A group is only replaced if its name changes, so the new one can be created first.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, log_group: LogGroupSettings) -> None:
        super().__init__(scope, id)
        self.address = place(
            CloudwatchLogGroup,
            self,
            id,
            name=name,
            retention_in_days=log_group.retention_in_days,
            kms_key_id=log_group.kms_key_arn,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.name = self.address.reference("name")
        self.arn = self.address.reference("arn")
