"""Hosts that cannot be reached over the internet, as the backend of an `http` integration must be."""

from ipaddress import IPv4Address, ip_network

# https://www.iana.org/assignments/iana-ipv4-special-registry, read 2026-11: this host, private use, shared address
# space, loopback, link-local. Addresses for documentation are not listed, because examples use them.
_NETWORKS = [
    ip_network(each)
    for each in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")
] + [ip_network("192.168.0.0/16")]

# localhost and test: RFC 6761. local: RFC 6762. home.arpa: RFC 8375. internal: ICANN's board, 2024-07-29, resolution
# 2024.07.29.06. svc, lan, home and corp are used by Kubernetes and routers, and are not in the root zone. Read 2026-11.
_SUFFIXES = ("localhost", "test", "local", "home.arpa", "internal", "svc", "lan", "home", "corp")


def is_private(host: str) -> bool:
    """Whether the host (without a port) is certainly not on the internet, by its address or the end of its name."""
    name = host.lower().rstrip(".")
    try:
        return any(IPv4Address(name) in network for network in _NETWORKS)
    except ValueError:
        pass
    # A name without a dot is that of a container or is completed by a search domain. No top-level domain has an
    # address.
    ending = "." not in name or any(name.endswith(f".{suffix}") for suffix in _SUFFIXES)
    # The name of an internal load balancer, which public DNS resolves to private addresses:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-internal-load-balancers.html, read 2026-11.
    return ending or (name.startswith("internal-") and ".elb.amazonaws.com" in name)
