"""The REST API itself."""

from functools import cached_property

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_rest_api import ApiGatewayRestApi, ApiGatewayRestApiEndpointConfiguration
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from constructs import Construct

from constructs.terraform.newer_argument import place_newer
from settings.api import Api
from settings.aws import Aws


class RestApi(Construct):
    """Creates `aws_api_gateway_rest_api.api`."""

    def __init__(self, scope: Construct, id: str, *, api: Api, aws: Aws) -> None:
        super().__init__(scope, id)
        self.name = api.name
        self.region, self.partition = aws.region, aws.partition
        self.address = place_newer(
            ApiGatewayRestApi,
            self,
            "api",
            {"security_policy": api.security_policy, "endpoint_access_mode": api.endpoint_access_mode},
            name=api.name,
            description=api.description or None,
            # BEARER is Spillway's own authorizer.
            api_key_source=None if api.key_source == "HEADER" else "AUTHORIZER",
            endpoint_configuration=ApiGatewayRestApiEndpointConfiguration(
                types=[api.endpoint_type],
                vpc_endpoint_ids=sorted(api.vpc_endpoint_ids) or None,
                ip_address_type=api.ip_address_type,
            ),
            binary_media_types=list(api.binary_media_types) or None,
            disable_execute_api_endpoint=api.disable_execute_api_endpoint or None,
            # Terraform orders it like the deployment in any case, as it does for everything that a deployment refers
            # to: https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle, read 2026-11.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.id = self.address.reference("id")
        self.root_resource_id = self.address.reference("root_resource_id")
        self.execution_arn = self.address.reference("execution_arn")

    @cached_property
    def account_id(self) -> str:
        """The account id from `data.aws_caller_identity.current`, which is created on first use."""
        DataAwsCallerIdentity(self, "account").override_logical_id("current")
        return "${data.aws_caller_identity.current.account_id}"

    @property
    def integration_arn(self) -> str:
        """The start of the URI of every integration with an AWS service."""
        return f"arn:{self.partition}:apigateway:{self.region}"
