"""Where the state is kept."""

from pathlib import Path
from typing import Any

import pytest

from tests.environment_files import MINIMAL
from tests.synthesis import rendered_text


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
    ],
)
def test_backend(tmp_path: Path, table: str, expected: dict[str, Any]) -> None:
    assert rendered_text(tmp_path, MINIMAL + table)["terraform"]["backend"] == expected


def test_terraform_cloud(tmp_path: Path) -> None:
    table = '[backend]\ntype = "cloud"\norganization = "acme"\nworkspace = "ai-api"\nhostname = "tfe.acme.example"'
    terraform = rendered_text(tmp_path, MINIMAL + table)["terraform"]
    assert "backend" not in terraform
    assert terraform["cloud"] == {
        "hostname": "tfe.acme.example",
        "organization": "acme",
        "workspaces": {"name": "ai-api"},
    }
