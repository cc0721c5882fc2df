"""A custom domain name for the stage."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_base_path_mapping import ApiGatewayBasePathMapping
from cdktf_cdktf_provider_aws.api_gateway_domain_name import (
    ApiGatewayDomainName,
    ApiGatewayDomainNameEndpointConfiguration,
    ApiGatewayDomainNameMutualTlsAuthentication,
)
from constructs import Construct

from constructs.gateway.stage import Stage
from constructs.terraform.address import place
from constructs.terraform.newer_argument import place_newer
from settings.api import Api
from settings.domain import Domain as DomainSettings


class Domain(Construct):
    """Creates `aws_api_gateway_domain_name.domain` and the `aws_api_gateway_base_path_mapping.domain` to the stage.

    Terraform replaces the mapping together with its stage. Otherwise it would only update the mapping, after it has
    destroyed the old stage, and AWS refuses to delete a stage that a mapping refers to
    (hashicorp/terraform-provider-aws issue 28774, read 2026-11).
    """

    def __init__(self, scope: Construct, id: str, *, stage: Stage, domain: DomainSettings, api: Api) -> None:
        super().__init__(scope, id)
        at_edge = api.endpoint_type == "EDGE"
        trust = domain.mutual_tls
        address = place_newer(
            ApiGatewayDomainName,
            self,
            "domain",
            {"endpoint_access_mode": domain.endpoint_access_mode},
            domain_name=domain.domain_name,
            certificate_arn=domain.certificate_arn if at_edge else None,
            regional_certificate_arn=None if at_edge else domain.certificate_arn,
            security_policy=domain.security_policy,
            endpoint_configuration=ApiGatewayDomainNameEndpointConfiguration(
                types=[api.endpoint_type], ip_address_type=domain.ip_address_type or api.ip_address_type
            ),
            mutual_tls_authentication=(
                ApiGatewayDomainNameMutualTlsAuthentication(
                    truststore_uri=trust.truststore_uri, truststore_version=trust.truststore_version
                )
                if trust
                else None
            ),
            ownership_verification_certificate_arn=domain.ownership_verification_certificate_arn,
        )
        place(
            ApiGatewayBasePathMapping,
            self,
            "domain",
            domain_name=address.reference("domain_name"),
            api_id=stage.rest_api_id,
            stage_name=stage.name,
            base_path=domain.base_path,
            lifecycle=TerraformResourceLifecycle(replace_triggered_by=[f"{stage.address}.stage_name"]),
        )
        kind = "cloudfront" if at_edge else "regional"
        self.target = address.reference(f"{kind}_domain_name")
        self.target_zone_id = address.reference(f"{kind}_zone_id")
