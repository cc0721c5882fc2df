"""The `[resource_policy]` table: where calls may come from."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.base import Items, Settings


def _cidr(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError(f"must be a range like 203.0.113.0/24 or 2001:db8::/32: {error}") from None
    return text


class ResourcePolicy(Settings):
    """A caller must match every list that is set. An empty list allows everyone."""

    source_ips: Items[Annotated[str, AfterValidator(_cidr)]] = ()
    """Ranges of source addresses. For a `PRIVATE` API they are addresses in the VPC."""

    source_vpc_endpoints: Items[Annotated[str, Field(pattern=r"^vpce-[0-9a-f]+$")]] = ()
    """Interface endpoints, for a `PRIVATE` API."""

    source_vpcs: Items[Annotated[str, Field(pattern=r"^vpc-[0-9a-f]+$")]] = ()
    """VPCs, for a PRIVATE API."""

    accounts: Items[Annotated[str, Field(pattern=r"^\d{12}$")]] = ()
    """AWS accounts. Every route must then have `authorization = "AWS_IAM"`, or all calls are refused."""
