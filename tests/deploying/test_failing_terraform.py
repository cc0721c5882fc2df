"""What a failing Terraform command leaves: its own text, and one line with the cause."""

import sys
from pathlib import Path

import pytest

from deploy.terraform import Terraform, TerraformFailedError

DENIED = "AccessDenied: User: u is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::state"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(tmp_path / "cache"))


def terraform(folder: Path, *errors: str) -> Terraform:
    """A program that keeps its arguments, prints these lines to standard error and fails."""
    program = folder / "terraform"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "open('calls', 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        f"print(*{errors!r}, sep='\\n', file=sys.stderr)\nsys.exit(1)\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return Terraform(folder, binary=str(program))


def test_its_own_text_comes_first_and_the_cause_is_in_the_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TerraformFailedError) as failed:
        terraform(tmp_path, "Error: No valid credential sources found", "", "Please see").plan()
    assert str(failed.value).startswith(f"{tmp_path}/terraform plan failed: there are no AWS credentials: log in")
    assert capsys.readouterr().err == "Error: No valid credential sources found\n\nPlease see\n"


def test_an_unknown_error_is_not_interpreted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(TerraformFailedError) as failed:
        terraform(tmp_path, "Error: bang").apply()
    assert str(failed.value) == f"{tmp_path}/terraform apply failed"
    assert capsys.readouterr().err == "Error: bang\n"


def test_init_is_not_repeated_if_aws_refuses(tmp_path: Path) -> None:
    with pytest.raises(TerraformFailedError, match="init failed: the credentials lack permission for s3:ListBucket"):
        terraform(tmp_path, f"Error: {DENIED}").init()
    assert (tmp_path / "calls").read_text().splitlines() == ["init -input=false -no-color"]


def test_init_is_repeated_for_another_provider_version(tmp_path: Path) -> None:
    with pytest.raises(TerraformFailedError, match=r"init failed$"):
        terraform(tmp_path, "Error: Failed to query available provider packages").init()
    assert (tmp_path / "calls").read_text().splitlines() == [
        "init -input=false -no-color",
        "init -input=false -upgrade -no-color",
    ]
