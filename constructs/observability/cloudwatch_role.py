"""The account's role with which API Gateway writes logs in a Region."""

from cdktf_cdktf_provider_aws.api_gateway_account import ApiGatewayAccount
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from constructs.terraform.address import Address, place
from constructs.terraform.policy_document import trust_policy
from settings.aws import Aws

# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayPushToCloudWatchLogs.html
_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class CloudwatchRole(Construct):
    """Creates an IAM role with AWS's own policy, and `aws_api_gateway_account.account`, which sets it.

    Every API of the account and Region then logs with it. Destroying it resets the setting for all of them: provider
    documentation of aws_api_gateway_account.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, aws: Aws) -> None:
        super().__init__(scope, id)
        role = place(
            IamRole,
            self,
            "api_gateway_logs",
            # IAM is global. With the Region in the name, stacks of several Regions can share an account.
            name_prefix=f"{name[:12]}-{aws.region}-logs-"[:38],
            assume_role_policy=trust_policy("apigateway.amazonaws.com"),
        )
        attachment = place(
            IamRolePolicyAttachment,
            self,
            "api_gateway_logs",
            role=role.reference("name"),
            policy_arn=f"arn:{aws.partition}:iam::aws:policy/{_POLICY}",
        )
        self.address = Address.of(ApiGatewayAccount, "account")
        account = ApiGatewayAccount(self, str(self.address), cloudwatch_role_arn=role.reference("arn"))
        # API Gateway tests the role when it is set.
        account.depends_on = [str(attachment)]
