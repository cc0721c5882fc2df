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
        pytest.param("stage", 1, "no environment 'stage': {folder} has prod, shared\n", id="not there"),
    ],
)
def test_shared_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int, said: str) -> None:
    write(tmp_path, MINIMAL, "prod")
    write(tmp_path, MINIMAL.replace('name = "api"', 'name = "shared"') + S3, "shared")
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    done = CliRunner().invoke(app, [name])
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", said.format(folder=tmp_path.as_posix()))


def test_a_broken_file_of_another_environment_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, MINIMAL + S3, "shared")
    broken = write(tmp_path, MINIMAL.replace("rate_limit = 10", "rate_limit = 0") + S3, "broken")
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    assert CliRunner().invoke(app, ["shared"]).exit_code == 0
    done = CliRunner().invoke(app, ["broken"])
    said = f"{broken.as_posix()}:12: throttling.rate_limit = 0: must be greater than or equal to 0.000001\n"
    assert (done.exit_code, done.stderr) == (1, said)
