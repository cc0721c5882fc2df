"""The commands that a deploy gives Terraform, and what it makes of their answers, with a program in its place."""

import json
import sys
from pathlib import Path

import pytest

from deploy.terraform import Terraform, TerraformFailedError, terraform_outputs

SHOWN = {
    "resource_changes": [
        {"address": "a.b", "type": "a", "change": {"actions": ["create"], "before": None, "after": {}}}
    ]
}
# Writes down what it is called with. The first word says what it prints and how it ends.
PROGRAM = """#!{python}
import sys
from pathlib import Path

words = sys.argv[1:]
with open("calls", "a") as calls:
    calls.write(" ".join(words) + "\\n")
if words[0] == "show":
    print('{shown}')
if words[0] == "output":
    print("outputs")
sys.exit(words[0] == "apply" or (words[0] == "init" and "-upgrade" not in words))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "program"
    program.write_text(PROGRAM.format(python=sys.executable, shown=json.dumps(SHOWN)), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def terraform(folder: Path) -> Terraform:
    return Terraform(folder, binary=str(folder / "program"))


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text(encoding="utf-8").splitlines()


def test_a_plan_is_kept_and_read(folder: Path) -> None:
    plan = terraform(folder).plan("-refresh-only", quiet=True)
    assert plan.actions == {"a.b": ("create",)}
    assert calls(folder) == [
        "plan -input=false -out=deploy.tfplan -refresh-only -no-color",
        "show -json deploy.tfplan -no-color",
    ]


def test_another_version_of_the_provider_is_taken_if_the_locked_one_does_not_do(folder: Path) -> None:
    terraform(folder).init()
    assert calls(folder) == ["init -input=false -no-color", "init -input=false -upgrade -no-color"]
    assert (folder / "cache").is_dir()


def test_a_command_that_fails_is_named(folder: Path) -> None:
    with pytest.raises(TerraformFailedError, match=f"^{folder / 'program'} apply failed$"):
        terraform(folder).apply()
    assert calls(folder) == ["apply -input=false deploy.tfplan -no-color"]


def test_resources_are_forgotten_together(folder: Path) -> None:
    terraform(folder).forget(["a.b", "c.d"])
    assert calls(folder) == ["state rm a.b c.d -no-color"]


def test_outputs_are_those_of_the_folder(folder: Path) -> None:
    assert terraform_outputs(folder, binary=str(folder / "program")) == b"outputs\n"
    assert calls(folder) == ["output -json"]
    assert terraform_outputs(folder / "nosuch", binary="nosuch") == b""
