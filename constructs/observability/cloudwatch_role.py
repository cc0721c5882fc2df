"""The one role of the account and Region by which API Gateway writes logs."""

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
    """Creates an IAM role, AWS's own policy for it, and `aws_api_gateway_account.account`, which names it.

    Every API of the account and Region logs through it from then on. A destroy resets it for all of them: provider
    documentation of aws_api_gateway_account.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, aws: Aws) -> None:
        super().__init__(scope, id)
        role = place(
            IamRole,
            self,
            "api_gateway_logs",
            # IAM is global: the Region in the name lets stacks of several Regions stand in one account.
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
        # API Gateway tries the role when it is set.
        account.depends_on = [str(attachment)]
