"""Where the state is stored."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.environment_files import MINIMAL, write
from tests.synthesis import rendered_text
from tests.test_main import synthesize

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b"
ROLE = "arn:aws:iam::111122223333:role/states"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param("", {"local": {"path": "../../../terraform.test.tfstate"}}, id="the default, in the project root"),
        pytest.param(
            '[backend]\ntype = "s3"\nbucket = "states"\nregion = "eu-west-1"',
            {
                "s3": {
                    "bucket": "states",
                    "encrypt": True,
                    "key": "spillway/test.tfstate",
                    "region": "eu-west-1",
                    "use_lockfile": True,
                }
            },
            id="S3 with a lock file",
        ),
        pytest.param(
            '[backend]\ntype = "s3"\nbucket = "states"\nregion = "eu-west-1"\nkey = "ai/prod.tfstate"\n'
            f'kms_key_id = "{KEY}"\nprofile = "states"\n'
            f'assume_role = {{ role_arn = "{ROLE}", session_name = "ai", external_id = "x-1", duration = "30m" }}',
            {
                "s3": {
                    "assume_role": {
                        "duration": "30m",
                        "external_id": "x-1",
                        "role_arn": ROLE,
                        "session_name": "ai",
                    },
                    "bucket": "states",
                    "encrypt": True,
                    "key": "ai/prod.tfstate",
                    "kms_key_id": KEY,
                    "profile": "states",
                    "region": "eu-west-1",
                    "use_lockfile": True,
                }
            },
            id="S3 with all of it",
        ),
    ],
)
def test_backend(tmp_path: Path, table: str, expected: dict[str, Any]) -> None:
    assert rendered_text(tmp_path, MINIMAL + table)["terraform"]["backend"] == expected


CLOUD = '[backend]\ntype = "cloud"\norganization = "acme"\n'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            'workspace = "ai-api"',
            {"hostname": "app.terraform.io", "organization": "acme", "workspaces": {"name": "ai-api"}},
            id="by name",
        ),
        pytest.param(
            'tags = ["ai", "team:ml"]\nproject = "Language models"\nhostname = "tfe.acme.example"',
            {
                "hostname": "tfe.acme.example",
                "organization": "acme",
                "workspaces": {"project": "Language models", "tags": ["ai", "team:ml"]},
            },
            id="by tags, in a project, on another server",
        ),
    ],
)
def test_terraform_cloud(tmp_path: Path, lines: str, expected: dict[str, Any]) -> None:
    terraform = rendered_text(tmp_path, MINIMAL + CLOUD + lines)["terraform"]
    assert "backend" not in terraform
    assert terraform["cloud"] == expected


def test_the_cloud_block_is_written_where_there_is_no_terraform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path, MINIMAL + CLOUD + 'workspace = "ai-api"')
    done = synthesize(tmp_path, tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    written = json.loads((tmp_path / "out" / "stacks" / "test" / "cdk.tf.json").read_text())
    assert written["terraform"]["cloud"]["workspaces"] == {"name": "ai-api"}
