"""Whether Terraform is started at all if the machine has no AWS credentials."""

import json
import os
from pathlib import Path

import pytest

from deploy.credentials import missing_credentials

PROVIDER = {"region": "us-east-1"}


@pytest.fixture(autouse=True)
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without credentials and without an instance's metadata service."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def stack(folder: Path, provider: dict[str, str], **terraform: object) -> Path:
    text = json.dumps({"provider": {"aws": [provider]}, "terraform": terraform})
    (folder / "cdk.tf.json").write_text(text, encoding="utf-8")
    return folder


def profiles(folder: Path, text: str) -> None:
    (folder / "AWS_CONFIG_FILE").write_text(text, encoding="utf-8")


def test_there_are_none(tmp_path: Path) -> None:
    assert missing_credentials(stack(tmp_path, PROVIDER)) == (
        "There are no AWS credentials: log in, for example with `aws sso login`, or set AWS_PROFILE, then deploy "
        "again. `aws sts get-caller-identity` must answer."
    )


def test_there_is_no_such_profile(tmp_path: Path) -> None:
    assert missing_credentials(stack(tmp_path, PROVIDER | {"profile": "prod"})) == (
        "There is no AWS profile prod on this machine: `aws configure list-profiles` lists the profiles."
    )


def test_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "some")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    assert missing_credentials(stack(tmp_path, PROVIDER)) is None


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param("aws_access_key_id = some\naws_secret_access_key = key", id="keys"),
        pytest.param(
            "sso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 111122223333\n"
            "sso_role_name = deploy",
            id="SSO",
        ),
        # It may ask for a password, so only Terraform runs it.
        pytest.param("credential_process = /nowhere/no-such-program", id="a program"),
    ],
)
def test_a_profile(tmp_path: Path, profile: str) -> None:
    profiles(tmp_path, f"[profile prod]\n{profile}\n")
    assert missing_credentials(stack(tmp_path, PROVIDER | {"profile": "prod"})) is None


def test_files_that_botocore_cannot_read_are_left_to_terraform(tmp_path: Path) -> None:
    profiles(tmp_path, "no ini file\n")
    assert missing_credentials(stack(tmp_path, PROVIDER)) is None


def test_an_emulator_and_a_workspace_have_their_own(tmp_path: Path) -> None:
    assert missing_credentials(stack(tmp_path, PROVIDER | {"access_key": "emulator"})) is None
    assert missing_credentials(stack(tmp_path, PROVIDER, cloud={"organization": "acme"})) is None
