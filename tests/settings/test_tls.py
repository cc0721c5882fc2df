"""Security policies and endpoint access modes, of the API and of its domain."""

from pathlib import Path
from typing import get_args

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from settings.tls import SecurityPolicy
from tests.environment_files import MINIMAL
from tests.refusals import refusals, warnings

PROVIDER = 'region = "us-east-1"\nprovider_version = "~> 6.53"'
TLS_1_3 = "SecurityPolicy_TLS13_1_3_2025_09"
EDGE = "SecurityPolicy_TLS13_2025_EDGE"
DOMAIN = """[domain]
domain_name = "api.example.com"
certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b"
"""


def with_tls(table: str, lines: str, *, endpoint_type: str = "REGIONAL") -> str:
    """MINIMAL with a domain and a provider that takes it all, and lines more in [api] or [domain]."""
    of_api = lines if table == "api" else ""
    text = MINIMAL.replace('name = "api"', f'name = "api"\nendpoint_type = "{endpoint_type}"\n{of_api}')
    return text.replace('region = "us-east-1"', PROVIDER) + DOMAIN + (lines if table == "domain" else "")


@pytest.mark.parametrize("table", ["api", "domain"])
class TestOfEither:
    @pytest.mark.parametrize(
        ("lines", "endpoint_type"),
        [
            (f'security_policy = "{TLS_1_3}"\nendpoint_access_mode = "STRICT"', "REGIONAL"),
            (f'security_policy = "{EDGE}"\nendpoint_access_mode = "BASIC"', "EDGE"),
            ('security_policy = "TLS_1_2"', "REGIONAL"),
        ],
    )
    def test_taken(self, tmp_path: Path, table: str, lines: str, endpoint_type: str) -> None:
        assert warnings(tmp_path, with_tls(table, lines, endpoint_type=endpoint_type)) == []

    def test_an_enhanced_policy_without_its_mode(self, tmp_path: Path, table: str) -> None:
        assert refusals(tmp_path, with_tls(table, f'security_policy = "{TLS_1_3}"')) == [
            f'{table}.endpoint_access_mode = nothing: must be "STRICT" or "BASIC" with {TLS_1_3}; AWS recommends STRICT'
        ]

    @pytest.mark.parametrize("policy", ["", 'security_policy = "TLS_1_2"\n'])
    def test_a_mode_without_an_enhanced_policy(self, tmp_path: Path, table: str, policy: str) -> None:
        (line,) = refusals(tmp_path, with_tls(table, policy + 'endpoint_access_mode = "STRICT"'))
        assert line == (
            f"{table}.endpoint_access_mode = 'STRICT': "
            "AWS accepts it only with a security_policy that starts with SecurityPolicy_"
        )

    @pytest.mark.parametrize(
        ("policy", "endpoint_type", "kind"),
        [(TLS_1_3, "EDGE", "a REGIONAL or PRIVATE"), (EDGE, "REGIONAL", "an EDGE")],
    )
    def test_of_another_endpoint(self, tmp_path: Path, table: str, policy: str, endpoint_type: str, kind: str) -> None:
        lines = f'security_policy = "{policy}"\nendpoint_access_mode = "STRICT"'
        assert refusals(tmp_path, with_tls(table, lines, endpoint_type=endpoint_type)) == [
            f"{table}.security_policy = {policy!r}: AWS has that policy for {kind} API, and this one is {endpoint_type}"
        ]


def test_no_mutual_tls_with_an_enhanced_policy(tmp_path: Path) -> None:
    lines = f'security_policy = "{TLS_1_3}"\nendpoint_access_mode = "STRICT"\n'
    (line,) = refusals(tmp_path, with_tls("domain", lines + 'mutual_tls = { truststore_uri = "s3://bucket/ca.pem" }'))
    assert line == f"domain.security_policy = {TLS_1_3!r}: must be TLS_1_2 with mutual TLS"


def test_every_policy_is_one_of_aws() -> None:
    model = ServiceModel(Loader().load_service_model("apigateway", "service-2"))
    assert set(get_args(SecurityPolicy)) <= set(model.shape_for("SecurityPolicy").enum)
