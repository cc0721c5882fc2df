"""The addresses that the web ACL always allows, compared with those that it blocks."""

import ipaddress
from collections.abc import Iterator

from settings.problem import Problem
from settings.waf import Waf

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def warned(waf: Waf) -> Iterator[Problem]:
    """The allow list comes before the block list, and AWS evaluates no rule after it for these addresses."""
    allowed = [ipaddress.ip_network(text) for text in waf.allow]
    for index, text in enumerate(waf.block):
        blocked = ipaddress.ip_network(text)
        around = next((each for each in allowed if _holds(each, blocked)), None)
        if around is not None:
            yield Problem(("waf", "block", index), f"never blocked: {around} in waf.allow contains it and comes first")
    ipv4 = [each for each in allowed if isinstance(each, ipaddress.IPv4Network)]
    ipv6 = [each for each in allowed if isinstance(each, ipaddress.IPv6Network)]
    every: list[IpNetwork] = [*ipaddress.collapse_addresses(ipv4), *ipaddress.collapse_addresses(ipv6)]
    for merged in every:
        if merged.prefixlen == 0:
            yield Problem(
                ("waf", "allow"), f"contains every IPv{merged.version} address: no rule limits or blocks one of them"
            )


def _holds(outer: IpNetwork, inner: IpNetwork) -> bool:
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version
