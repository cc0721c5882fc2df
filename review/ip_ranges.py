"""Tells whether an address is in one of many ranges; AWS allows 10,000 in an IP set."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network


class IpRanges:
    """CIDR ranges, of both versions of IP."""

    def __init__(self, cidrs: Iterable[str]) -> None:
        self._prefixes: dict[tuple[int, int], set[int]] = {}
        """By IP version and number of dropped bits: the remaining bits."""

        for cidr in cidrs:
            network = ip_network(cidr)
            dropped = network.max_prefixlen - network.prefixlen
            self._prefixes.setdefault((network.version, dropped), set()).add(int(network.network_address) >> dropped)

    def __contains__(self, ip: str) -> bool:
        """False for text that is not an IP address."""
        try:
            address = ip_address(ip)
        except ValueError:
            return False
        return any(
            version == address.version and int(address) >> dropped in prefixes
            for (version, dropped), prefixes in self._prefixes.items()
        )
