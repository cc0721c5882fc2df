"""The IP sets that rules refer to."""

import hashlib
from collections.abc import Iterable

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.wafv2_ip_set import Wafv2IpSet
from constructs import Construct

from constructs.terraform.address import place
from settings.waf.ip_list import IpSet


class IpSets(Construct):
    """Creates one `aws_wafv2_ip_set.<name>` for each set, with separate sets for IPv4 and IPv6.

    A change of addresses updates a set in place. If Terraform has to replace a set, it creates the new one first, since
    AWS refuses to delete a set that a web ACL refers to (WAFAssociatedItemException). The new set needs a different
    name. It gets one, because the name contains everything that forces a replacement: the API, the set's use and the IP
    version.
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
    """A name that is unique in the account, like the API's name. If it is too long, it ends in its own digest."""
    name = f"{api_name}-{set_name}".replace("_", "-")
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST_NAME - len(digest) - 1]}-{digest}"
