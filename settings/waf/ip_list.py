"""Lists of addresses: `["192.0.2.0/24", "2001:db8::/32"]`. The file has IPv4 and IPv6 in one list; AWS needs one set
for each.
"""

import ipaddress
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator

from settings.base import Items

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
MOST_ADDRESSES = 10_000

IpVersion = Literal["IPV4", "IPV6"]


def _is_a_range(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("must be an address or a CIDR range, such as 203.0.113.7 or 203.0.113.0/24") from None
    if network.network_address != ipaddress.ip_address(text.partition("/")[0]):
        raise ValueError(f"is an address inside of a range; the range is {network}")
    if "%" in text:
        raise ValueError("must have no scope after a %, which AWS does not support")
    if network.prefixlen == 0:
        raise ValueError("AWS does not accept /0, which is every address")
    return str(network)


def _fit_a_set(ranges: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(ranges)) < len(ranges):
        twice = next(address for address in ranges if ranges.count(address) > 1)
        raise ValueError(f"{twice} twice")
    for version in ("IPV4", "IPV6"):
        if sum(version_of(address) == version for address in ranges) > MOST_ADDRESSES:
            raise ValueError(f"AWS allows at most {MOST_ADDRESSES} {version} ranges in one IP set")
    return ranges


IpRange = Annotated[str, AfterValidator(_is_a_range)]
IpRanges = Annotated[Items[IpRange], AfterValidator(_fit_a_set)]


@dataclass(frozen=True, kw_only=True, slots=True)
class IpSet:
    """The ranges of one IP version. An `aws_wafv2_ip_set` cannot hold both."""

    name: str
    """Its Terraform name. Its name in AWS ends with it."""

    version: IpVersion
    addresses: tuple[str, ...]


def version_of(address: str) -> IpVersion:
    """`2001:db8::/32` is IPV6."""
    return "IPV6" if ":" in address else "IPV4"


def ip_sets(stem: str, ranges: tuple[str, ...]) -> tuple[IpSet, ...]:
    """One or two sets, `<stem>_ipv4` and `<stem>_ipv6`. Empty if there is no range."""
    versions: tuple[IpVersion, ...] = ("IPV4", "IPV6")
    sets = (
        IpSet(
            name=f"{stem}_{version.lower()}",
            version=version,
            addresses=tuple(sorted(address for address in ranges if version_of(address) == version)),
        )
        for version in versions
    )
    return tuple(ip_set for ip_set in sets if ip_set.addresses)
