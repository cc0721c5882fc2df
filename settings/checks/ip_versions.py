"""IPv6 ranges, compared with addresses that accept calls over IPv4 only."""

from collections.abc import Iterator

from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.secrecy import Where
from settings.waf.condition import AddressIn, leaves
from settings.waf.ip_list import IpSet, version_of

_MEND = 'give [api] ip_address_type = "dualstack" or leave IPv6 out'


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """Every list with IPv6 ranges that no caller can come from."""
    if _takes_ipv6(environment):
        return
    for where, ranges in _lists(environment):
        of_ipv6 = [address for address in ranges if version_of(address) == "IPV6"]
        if of_ipv6:
            never = f"{_listed(of_ipv6)} matches no caller: callers reach the API over IPv4 only"
            if where == ("resource_policy", "source_ips") and len(of_ipv6) == len(ranges):
                never = f"{_listed(of_ipv6)} allows no caller: callers reach the API over IPv4 only"
            yield Problem(where, f"{never}; {_MEND}")


def _listed(addresses: list[str]) -> str:
    """The first ranges, and how many more there are."""
    return addresses[0] + (f" and {len(addresses) - 1} more" if len(addresses) > 1 else "")


def _takes_ipv6(environment: EnvironmentFields) -> bool:
    """Whether one of the API's addresses accepts calls over IPv6."""
    api, domain = environment.api, environment.domain
    by_domain = domain is not None and (domain.ip_address_type or api.ip_address_type) == "dualstack"
    return by_domain or (api.takes_ipv6 and not api.disable_execute_api_endpoint)


def _lists(environment: EnvironmentFields) -> Iterator[tuple[Where, tuple[str, ...]]]:
    if environment.resource_policy:
        yield ("resource_policy", "source_ips"), environment.resource_policy.source_ips
    waf = environment.waf
    if waf is None:
        return
    yield ("waf", "allow"), waf.allow
    yield ("waf", "block"), waf.block
    for index, rule in enumerate(waf.rate_rules):
        looked_at = leaves(rule.scope_down.condition(prefixes=(), stem="")) if rule.scope_down else ()
        for leaf in looked_at:
            if isinstance(leaf, AddressIn) and isinstance(leaf.ip_set, IpSet):
                yield ("waf", "rate_rules", index, "scope_down"), leaf.ip_set.addresses
