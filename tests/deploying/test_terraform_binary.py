"""Which program deploys: what TERRAFORM_BINARY_NAME says, else Terraform, else OpenTofu."""

from pathlib import Path

import pytest

from deploy.terraform import TerraformUnavailableError, terraform_binary


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it, and no choice made."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    return tmp_path


def install(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("there", "chosen", "binary"),
    [
        (["terraform", "tofu"], None, "terraform"),
        (["terraform", "tofu"], "tofu", "tofu"),
        (["tofu"], None, "tofu"),
        (["terraform"], "", "terraform"),
    ],
)
def test_it_runs(
    programs: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], chosen: str | None, binary: str
) -> None:
    install(programs, *there)
    if chosen is not None:
        monkeypatch.setenv("TERRAFORM_BINARY_NAME", chosen)
    assert terraform_binary() == binary


def test_the_chosen_one_is_not_there(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(programs, "terraform")
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "tofu")
    with pytest.raises(TerraformUnavailableError, match="tofu is not on PATH"):
        terraform_binary()


def test_none_is_there(programs: Path) -> None:
    with pytest.raises(TerraformUnavailableError, match="neither terraform nor tofu is on PATH"):
        terraform_binary()
