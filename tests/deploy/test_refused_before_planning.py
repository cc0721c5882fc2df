"""Terraform stops before it plans: in the wrong account, and if a variable has an invalid value."""

from collections.abc import Callable

import pytest

from demo.command_line import Cdktf, CommandFailedError
from tests.environment_files import MINIMAL, changed

EMULATORS_ACCOUNT = "000000000000"
KEYS = (
    MINIMAL.replace('path = "/chat"', 'path = "/chat"\napi_key_required = true')
    + """
[usage_plans.free]
throttle = { rate_limit = 1, burst_limit = 1 }
api_keys = [{ name = "alice", value = "variable" }]
"""
)
EMAILS = MINIMAL + '\n[observability.alarms]\nemails = "variable"\n'


@pytest.fixture
def credentials(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that a machine may have."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "emulator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulator")


def guarded(aws: str, account: str) -> str:
    """With credentials that the provider considers real, and with separate endpoints for services."""
    services = ", ".join(f'{service} = "{aws}"' for service in ("apigateway", "sts", "iam"))
    lines = f'region = "us-east-1"\nallowed_account_ids = ["{account}"]\nendpoints = {{ {services} }}'
    return changed(region=lines)


@pytest.mark.usefixtures("credentials")
def test_credentials_of_another_account(aws: str, cdktf: Callable[..., Cdktf]) -> None:
    with pytest.raises(CommandFailedError, match=f"(?i)account id not allowed[^.]*{EMULATORS_ACCOUNT}"):
        cdktf("guarded", guarded(aws, "111122223333"), own_provider=True).plan("guarded")


@pytest.mark.usefixtures("credentials")
def test_credentials_of_an_allowed_account(aws: str, cdktf: Callable[..., Cdktf]) -> None:
    changes = cdktf("guarded", guarded(aws, EMULATORS_ACCOUNT), own_provider=True).plan("guarded")
    # The stage's export is read if there is a stage.
    assert {change["change"]["actions"][0] for change in changes} == {"create", "read"}


@pytest.mark.parametrize(
    ("name", "text", "variable", "value", "message"),
    [
        ("keys", KEYS, "api_key_value_alice", "too-short", "An API key has 20 to 128 characters."),
        ("emails", EMAILS, "alarm_emails", '["ops"]', "Name at least one e-mail address"),
    ],
)
def test_a_variable_that_is_wrong(
    cdktf: Callable[[str, str], Cdktf],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
    variable: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv(f"TF_VAR_{variable}", value)
    text = text.replace('region = "us-east-1"', 'region = "us-east-1"\nendpoint_url = "http://127.0.0.1:4566"')
    with pytest.raises(CommandFailedError, match=message):
        cdktf(name, text).plan(name)
