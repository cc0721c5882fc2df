"""Connections from API Gateway into a VPC."""

from collections.abc import Iterable
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_vpc_link import ApiGatewayVpcLink
from cdktf_cdktf_provider_aws.apigatewayv2_vpc_link import Apigatewayv2VpcLink
from constructs import Construct

from constructs.gateway.function import shorten_name
from constructs.terraform.address import place
from settings.integration import PrivateIntegration
from settings.terraform_name import terraform_name

# Other subnets or a new load balancer replace a link, and AWS refuses to delete a link that an integration refers to:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html, read 2026-11.
_BEFORE = TerraformResourceLifecycle(create_before_destroy=True)

# For a V2 link: the AWS provider's own check, internal/service/apigatewayv2/vpc_link.go, read 2026-11. V1 allows as
# many.
_LONGEST_NAME = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class VpcLink:
    """A link, and with V2 the load balancer that it leads to."""

    id: str
    target: str | None


class VpcLinks(Construct):
    """Creates `aws_apigatewayv2_vpc_link.<load balancer>` (V2), or `aws_api_gateway_vpc_link.<load balancer>` (V1).

    There is one for each load balancer, shared by its routes. AWS needs minutes to create one.
    """

    def __init__(self, scope: Construct, id: str, *, api_name: str, integrations: Iterable[PrivateIntegration]) -> None:
        super().__init__(scope, id)
        self._api_name = api_name
        self._made: dict[str, VpcLink] = {}
        for integration in integrations:
            arn = integration.load_balancer_arn
            if integration.vpc_link_id is None and arn is not None and arn not in self._made:
                self._made[arn] = self._link(arn, integration)

    def link_of(self, integration: PrivateIntegration) -> VpcLink:
        """The link of that integration, which is created here or already exists."""
        if integration.vpc_link_id is not None:
            return VpcLink(id=integration.vpc_link_id, target=integration.load_balancer_arn)
        return self._made[integration.load_balancer_arn or ""]

    def _link(self, arn: str, integration: PrivateIntegration) -> VpcLink:
        load_balancer = arn.split("/")[2]
        name = terraform_name(load_balancer)
        api_name = shorten_name(f"{self._api_name}-{load_balancer}", _LONGEST_NAME)
        if integration.subnet_ids:
            link = place(
                Apigatewayv2VpcLink,
                self,
                name,
                name=api_name,
                subnet_ids=sorted(integration.subnet_ids),
                security_group_ids=sorted(integration.security_group_ids),
                lifecycle=_BEFORE,
            )
            return VpcLink(id=link.reference("id"), target=arn)
        legacy = place(ApiGatewayVpcLink, self, name, name=api_name, target_arns=[arn], lifecycle=_BEFORE)
        return VpcLink(id=legacy.reference("id"), target=None)
