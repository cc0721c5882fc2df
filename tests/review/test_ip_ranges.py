from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from review.ip_ranges import IpRanges

ADDRESSES = st.ip_addresses().map(str)
RANGES = st.builds(
    lambda address, bits: str(ip_network(f"{address}/{min(bits, address.max_prefixlen)}", strict=False)),
    st.ip_addresses(),
    st.integers(0, 128),
)


@given(ranges=st.lists(RANGES, max_size=8), address=ADDRESSES)
def test_an_address_is_in_the_ranges_that_hold_it(ranges: list[str], address: str) -> None:
    held = any(ip_address(address) in ip_network(cidr) for cidr in ranges)
    assert (address in IpRanges(ranges)) is held
    assert ip_network(address).network_address.compressed in IpRanges([*ranges, str(ip_network(address))])


def test_what_is_no_address_is_in_none() -> None:
    assert "office" not in IpRanges(["0.0.0.0/0", "::/0"])
