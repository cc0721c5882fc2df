"""The AWS provider's configuration."""

from pathlib import Path
from typing import Any

import pytest

from settings.provider_version import BINDINGS
from tests.environment_files import MINIMAL, changed
from tests.synthesis import rendered_text

ROLE = "arn:aws:iam::111122223333:role/deploy"


def provider(folder: Path, lines: str) -> dict[str, Any]:
    text = changed(region=f'region = "us-east-1"\n{lines}')
    (only,) = rendered_text(folder, text)["provider"]["aws"]
    assert isinstance(only, dict)
    return only


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("", {}, id="a Region, and nothing more"),
        pytest.param(
            'allowed_account_ids = ["111122223333", "444455556666"]',
            {"allowed_account_ids": ["111122223333", "444455556666"]},
            id="accounts",
        ),
        pytest.param('profile = "prod"', {"profile": "prod"}, id="a profile"),
        pytest.param(
            f'assume_role = {{ role_arn = "{ROLE}", session_name = "ai", external_id = "x-1", duration = "1h30m" }}',
            {"assume_role": [{"role_arn": ROLE, "session_name": "ai", "external_id": "x-1", "duration": "1h30m"}]},
            id="a role",
        ),
        pytest.param(f'assume_role = {{ role_arn = "{ROLE}" }}', {"assume_role": [{"role_arn": ROLE}]}, id="only it"),
        pytest.param(
            'endpoints = { lambda = "https://vpce-0a.lambda.us-east-1.vpce.amazonaws.com" }',
            {"endpoints": [{"lambda": "https://vpce-0a.lambda.us-east-1.vpce.amazonaws.com"}]},
            id="a service's own endpoint, with real credentials",
        ),
    ],
)
def test_provider(tmp_path: Path, lines: str, expected: dict[str, Any]) -> None:
    assert provider(tmp_path, lines) == {"region": "us-east-1"} | expected


def test_an_emulator_has_every_service_and_no_credentials(tmp_path: Path) -> None:
    made = provider(tmp_path, 'endpoint_url = "http://127.0.0.1:1"\nendpoints = { logs = "http://127.0.0.1:2" }')
    (endpoints,) = made["endpoints"]
    assert endpoints.pop("logs") == "http://127.0.0.1:2"
    assert set(endpoints.values()) == {"http://127.0.0.1:1"}
    assert {"apigateway", "lambda", "wafv2", "sts"} <= endpoints.keys()
    assert (made["access_key"], made["secret_key"]) == ("emulator", "emulator")


def required(folder: Path, text: str) -> str:
    return str(rendered_text(folder, text)["terraform"]["required_providers"]["aws"]["version"])


def test_the_version_is_exactly_that_of_the_bindings(tmp_path: Path) -> None:
    assert required(tmp_path, MINIMAL) == ".".join(str(number) for number in BINDINGS)


def test_a_range_of_versions(tmp_path: Path) -> None:
    text = changed(region='region = "us-east-1"\nprovider_version = "~> 6.25"')
    assert required(tmp_path, text) == "~> 6.25"
