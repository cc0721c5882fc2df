"""Limits from where the API can be called."""

from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_rest_api_policy import ApiGatewayRestApiPolicy
from constructs import Construct

from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from constructs.terraform.policy_document import policy_document
from settings.resource_policy import ResourcePolicy as ResourcePolicySettings


class ResourcePolicy(Construct):
    """Creates `aws_api_gateway_rest_api_policy.api`: who may call, and from where."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api: RestApi,
        policy: ResourcePolicySettings,
        is_private: bool,
        has_preflights: bool,
    ) -> None:
        super().__init__(scope, id)
        place(
            ApiGatewayRestApiPolicy,
            self,
            "api",
            rest_api_id=rest_api.id,
            policy=document(rest_api, policy, is_private=is_private, has_preflights=has_preflights),
        )


def document(rest_api: RestApi, policy: ResourcePolicySettings, *, is_private: bool, has_preflights: bool) -> str:
    """One allow, and a deny for each list that a caller must match. A deny takes precedence over every allow."""
    every = f"{rest_api.execution_arn}/*"
    principal: Any = "*"
    if policy.accounts:
        principal = {"AWS": [f"arn:{rest_api.partition}:iam::{account}:root" for account in policy.accounts]}
    statements = [_statement("Allow", principal, every)]
    if policy.accounts and has_preflights:
        # A browser does not sign its preflight.
        statements.append(_statement("Allow", "*", f"{rest_api.execution_arn}/*/OPTIONS/*"))
    # A private API has the caller's address inside the VPC under another condition key.
    ip_key = "aws:VpcSourceIp" if is_private else "aws:SourceIp"
    for operator, key, values in (
        ("NotIpAddress", ip_key, policy.source_ips),
        ("StringNotEquals", "aws:SourceVpce", policy.source_vpc_endpoints),
        ("StringNotEquals", "aws:SourceVpc", policy.source_vpcs),
    ):
        if values:
            statements.append(_statement("Deny", "*", every) | {"Condition": {operator: {key: list(values)}}})
    return policy_document(statements)


def _statement(effect: str, principal: Any, resource: str) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": "execute-api:Invoke", "Resource": resource}
