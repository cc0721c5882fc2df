"""`type = "private"`: a load balancer inside a VPC."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.base import Items
from settings.integration.http import HeaderName, HeaderValue, Url, refuse_twice, variables_of
from settings.integration.transfer import Transfer

LoadBalancerArn = Annotated[
    str,
    Field(pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer/(app|net)/[A-Za-z0-9/-]+$"),
]


class PrivateIntegration(Transfer):
    """HTTP_PROXY through a VPC link.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/private-integration.html, read 2026-11: VPC links V2
    reach Application and Network Load Balancers from inside subnets; the older V1 reach Network Load Balancers only.
    """

    type: Literal["private"]
    url: Url
    """Path and `Host` header of the request, and with https the name on the certificate. `{name}` works as in an http
    integration."""

    vpc_link_id: Annotated[str, Field(pattern=r"^[a-z0-9]{6,32}$")] | None = None
    """Id of an existing link: a V2 link together with `load_balancer_arn`, a V1 link without it."""

    load_balancer_arn: LoadBalancerArn | None = None
    """Without `vpc_link_id`, Spillway creates a link to this load balancer: V2 if there are subnets, otherwise V1."""

    subnet_ids: Items[Annotated[str, Field(pattern=r"^subnet-[0-9a-f]+$")]] = ()
    """Subnets of the VPC link that Spillway creates."""

    security_group_ids: Items[Annotated[str, Field(pattern=r"^sg-[0-9a-f]+$")]] = ()
    """Security groups of the VPC link that Spillway creates."""

    headers: dict[HeaderName, HeaderValue] = {}
    """Headers that overwrite those of the caller. They are in clear text in Terraform's state."""

    drop_headers: Items[HeaderName] = ()
    """Headers of the caller that the backend gets with an empty value."""

    @property
    def path_variables(self) -> tuple[str, ...]:
        """The variables in the URL, which the route's path must have."""
        return variables_of(self.url)

    @model_validator(mode="after")
    def _has_a_link(self) -> Self:
        refuse_twice(self.headers, self.drop_headers)
        if self.vpc_link_id is None and self.load_balancer_arn is None:
            raise ValueError("must have vpc_link_id or load_balancer_arn")
        if self.vpc_link_id and (self.subnet_ids or self.security_group_ids):
            raise ValueError("must not have subnet_ids or security_group_ids: the link of vpc_link_id has its own")
        if bool(self.subnet_ids) != bool(self.security_group_ids):
            raise ValueError("must have subnet_ids and security_group_ids together")
        alone = self.vpc_link_id is None and not self.subnet_ids
        if alone and self.load_balancer_arn and ":loadbalancer/app/" in self.load_balancer_arn:
            raise ValueError(
                "must have subnet_ids and security_group_ids: only a VPC link V2 reaches an Application Load Balancer"
            )
        return self
