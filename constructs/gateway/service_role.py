"""The role that API Gateway assumes to call a service."""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from constructs.gateway.function import LONGEST_POLICY_NAME, role_name, shorten_name
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from constructs.terraform.policy_document import policy_document, trust_policy


class ServiceRole(Construct):
    """Creates `aws_iam_role.<route>`, which API Gateway assumes, and its policy."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, rest_api: RestApi, allow: Sequence[Mapping[str, Any]]
    ) -> None:
        super().__init__(scope, id)
        role = place(
            IamRole,
            self,
            name,
            name=role_name(rest_api, name),
            assume_role_policy=trust_policy("apigateway.amazonaws.com"),
        )
        place(
            IamRolePolicy,
            self,
            name,
            role=role.reference("name"),
            name=shorten_name(name, LONGEST_POLICY_NAME),
            policy=policy_document(allow),
        )
        self.arn = role.reference("arn")
