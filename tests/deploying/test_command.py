"""`spillway deploy keys`, as far as it gets without Terraform."""

import io
from pathlib import Path

import pytest

from deploy.command import agree
from spillway.commands import main
from tests.environment_files import MINIMAL, write

KEYS = (
    MINIMAL + "api_key_required = true\n[usage_plans.free]\nquota = { limit = 9, period = 'DAY' }\n"
    "api_keys = [{ name = 'alice', value = 'variable' }]\n"
)


@pytest.fixture
def environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an environment that needs a variable, and a broken one beside it."""
    write(tmp_path, KEYS, "keys")
    write(tmp_path, MINIMAL.replace("rate_limit = 10", "rate_limit = 0"), "broken")
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "out"))
    monkeypatch.setattr("deploy.terraform.terraform_binary", lambda: "no-terraform-is-run")
    return tmp_path


@pytest.mark.usefixtures("environments")
def test_a_missing_variable_is_said_before_terraform_runs_though_another_file_is_broken(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["deploy", "keys"]) == 1
    *_, last = capfd.readouterr().err.strip().splitlines()
    assert last == "Terraform needs a value for TF_VAR_api_key_value_alice: export it, then deploy again."


def test_the_broken_one_is_not_deployed(environments: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "broken"]) == 1
    assert capfd.readouterr().err == (
        f"{environments.as_posix()}/broken.toml:12: throttling.rate_limit = 0: must be greater than or equal to "
        "0.000001\n"
    )


@pytest.mark.parametrize(("answer", "agreed"), [("", False), ("no\n", False), ("y\n", False), ("yes\n", True)])
def test_only_yes_agrees(monkeypatch: pytest.MonkeyPatch, answer: str, *, agreed: bool) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert agree() is agreed
