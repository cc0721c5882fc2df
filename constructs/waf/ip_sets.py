"""The IP sets that rules refer to."""

import hashlib
from collections.abc import Iterable

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.wafv2_ip_set import Wafv2IpSet
from constructs import Construct

from constructs.terraform.address import place
from settings.waf.ip_list import IpSet


class IpSets(Construct):
    """Creates one `aws_wafv2_ip_set.<name>` for each set, IPv4 and IPv6 apart.

    A change of addresses updates a set in place. Where Terraform has to replace one it makes the new one first, since
    AWS deletes no set that a web ACL still refers to (WAFAssociatedItemException). That needs another name, and it has
    one: the name says the API, the set's use and the version, and nothing else of a set is fixed at birth.
    """

    def __init__(self, scope: Construct, id: str, *, api_name: str, ip_sets: Iterable[IpSet]) -> None:
        super().__init__(scope, id)
        self.arns: dict[str, str] = {}
        """By the name of the set."""
        for ip_set in ip_sets:
            address = place(
                Wafv2IpSet,
                self,
                ip_set.name,
                name=_name(api_name, ip_set.name),
                scope="REGIONAL",
                ip_address_version=ip_set.version,
                addresses=list(ip_set.addresses),
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            )
            self.arns[ip_set.name] = address.reference("arn")


# https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateIPSet.html
_LONGEST_NAME = 128


def _name(api_name: str, set_name: str) -> str:
    """Unique in the account as the API's name is; one too long ends in a digest of itself."""
    name = f"{api_name}-{set_name}".replace("_", "-")
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST_NAME - len(digest) - 1]}-{digest}"
