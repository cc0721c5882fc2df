"""IPv6 ranges where callers come over IPv4 only, and which addresses take IPv6."""

from pathlib import Path

import pytest

from tests.environment_files import MINIMAL
from tests.refusals import refusals, warnings

POLICY = '[resource_policy]\nsource_ips = ["203.0.113.0/24", "2001:db8::/32"]\n'
RULE = '[[waf.rate_rules]]\nname = "ip"\nlimit = 20\n'
DOMAIN = """[domain]
domain_name = "api.example.com"
certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b"
"""
MEND = 'give [api] ip_address_type = "dualstack" or leave IPv6 out'
NEVER = f"matches no caller: callers reach the API over IPv4 only; {MEND}"


def with_api(lines: str, text: str) -> str:
    return MINIMAL.replace('name = "api"', f'name = "api"\n{lines}') + text


def of_ip_versions(folder: Path, text: str) -> list[str]:
    return [line for line in warnings(folder, text) if "IPv4" in line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(
            POLICY,
            f"resource_policy.source_ips = ['203.0.113.0/24', '2001:db8::/32']: 2001:db8::/32 {NEVER}",
            id="resource policy",
        ),
        pytest.param(
            '[resource_policy]\nsource_ips = ["2001:db8::/32"]\n',
            "resource_policy.source_ips = ['2001:db8::/32']: 2001:db8::/32 allows no caller: callers reach the API "
            f"over IPv4 only; {MEND}",
            id="nothing but IPv6",
        ),
        pytest.param(
            '[waf]\nallow = ["192.0.2.0/24", "2001:db8::/32"]\n' + RULE,
            f"waf.allow = ['192.0.2.0/24', '2001:db8::/32']: 2001:db8::/32 {NEVER}",
            id="allow list",
        ),
        pytest.param('[waf]\nblock = ["::1"]\n' + RULE, f"waf.block = ['::1/128']: ::1/128 {NEVER}", id="block list"),
        pytest.param(
            RULE + 'scope_down = { not = { ip_set = ["10.0.0.0/8", "fe80::/10"] } }',
            f"rate rule ip: scope_down: fe80::/10 {NEVER}",
            id="condition",
        ),
    ],
)
def test_warned_of(tmp_path: Path, text: str, line: str) -> None:
    assert of_ip_versions(tmp_path, MINIMAL + text) == [line]
    assert of_ip_versions(tmp_path, with_api('ip_address_type = "ipv4"', text)) == [line]
    assert of_ip_versions(tmp_path, with_api('ip_address_type = "dualstack"', text)) == []


@pytest.mark.parametrize(
    ("api", "domain", "warned"),
    [
        ("", 'ip_address_type = "dualstack"', False),
        ('ip_address_type = "dualstack"', 'ip_address_type = "ipv4"', False),
        ('ip_address_type = "dualstack"\ndisable_execute_api_endpoint = true', 'ip_address_type = "ipv4"', True),
        ('ip_address_type = "dualstack"\ndisable_execute_api_endpoint = true', "", False),
        ("disable_execute_api_endpoint = true", 'ip_address_type = "dualstack"', False),
    ],
)
def test_any_address_that_takes_ipv6_is_enough(tmp_path: Path, api: str, domain: str, *, warned: bool) -> None:
    assert bool(of_ip_versions(tmp_path, with_api(api, POLICY + DOMAIN + domain))) is warned


def test_a_private_api_is_dualstack(tmp_path: Path) -> None:
    private = 'endpoint_type = "PRIVATE"'
    assert of_ip_versions(tmp_path, with_api(private, POLICY)) == []
    assert refusals(tmp_path, with_api(private + '\nip_address_type = "ipv4"', POLICY)) == [
        "api.ip_address_type = 'ipv4': must be dualstack for a PRIVATE API; AWS supports nothing else"
    ]


def test_ipv4_ranges_alone_are_no_matter(tmp_path: Path) -> None:
    assert of_ip_versions(tmp_path, MINIMAL + '[waf]\nallow = ["192.0.2.0/24"]\n' + RULE) == []
