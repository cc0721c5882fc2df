"""A deploy from a temporary machine needs a state that outlives it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.environment_files import MINIMAL, write
from tools.shared_state import app

S3 = '[backend]\ntype = "s3"\nbucket = "acme-states"\nregion = "us-east-1"\n'


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        pytest.param("shared", 0, "", id="in a bucket"),
        pytest.param(
            "prod",
            1,
            '{folder}/prod.toml: backend.type = \'local\': must be "cloud" or "s3": another machine does not '
            "have the state file of this one, and would create everything a second time\n",
            id="on the machine that deploys",
        ),
        pytest.param("stage", 1, "{folder}/stage.toml: no such environment; there are prod, shared\n", id="not there"),
    ],
)
def test_shared_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int, said: str) -> None:
    write(tmp_path, MINIMAL, "prod")
    write(tmp_path, MINIMAL.replace('name = "api"', 'name = "shared"') + S3, "shared")
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    done = CliRunner().invoke(app, [name])
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", said.format(folder=tmp_path.as_posix()))
