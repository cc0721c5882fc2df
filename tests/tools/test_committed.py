"""committed/<environment>: the folder that a VCS-driven workspace runs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from settings.read import read_environment
from tests.environment_files import MINIMAL, ROOT, write
from tests.synthesis import texts_in
from tools.committed import app, synthesized

CLOUD = '[backend]\ntype = "cloud"\norganization = "acme"\nworkspace = "ai"\n'
LAMBDA = (ROOT / "docs" / "examples" / "lambda.toml").read_text(encoding="utf-8")
ZIP = "functions/post_v1_chat_completions.zip"
FILES = [
    *sorted((ROOT / "docs" / "examples").glob("*.toml")),
    *sorted((ROOT / "environments").glob("*.toml")),
]


def committed(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with environments/prod.toml, which has a function."""
    environments = tmp_path / "environments"
    shutil.copytree(ROOT / "docs" / "examples", environments, ignore=shutil.ignore_patterns("*.toml"))
    write(environments, LAMBDA + CLOUD, "prod")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_written_once_and_then_up_to_date(project: Path) -> None:
    done = committed("prod")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["committed/prod/cdk.tf.json", f"committed/prod/{ZIP}"]
    first = contents(project / "committed" / "prod")
    assert first.keys() == {"cdk.tf.json", ZIP}
    assert (committed("--check").exit_code, committed("prod").stdout) == (0, "")
    assert contents(project / "committed" / "prod") == first


def test_what_is_not_up_to_date_is_said_in_a_line(project: Path) -> None:
    committed("prod")
    folder = project / "committed" / "prod"
    (folder / ".terraform.lock.hcl").write_text("the user's")
    (folder / "functions" / "gone.zip").write_text("left over")
    environments = project / "environments"
    write(environments, LAMBDA.replace('name = "', 'name = "x-', 1) + CLOUD, "prod")
    done = committed("--check")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "committed/prod does not match environments/prod.toml (cdk.tf.json, functions/gone.zip); "
        "run: make committed ENV=prod\n"
    )
    committed()
    assert committed("--check").exit_code == 0
    assert contents(folder).keys() == {"cdk.tf.json", ZIP, ".terraform.lock.hcl"}


def test_without_a_folder_there_is_nothing_to_check(project: Path) -> None:
    done = committed("--check")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        pytest.param(["stage"], "no environment 'stage': environments has local, prod", id="no such environment"),
        pytest.param(
            ["local"],
            'environments/local.toml: backend.type = \'local\': must be "cloud" or "s3": another '
            "machine does not have the state file of this one, and would create everything a second time",
            id="a state on this machine",
        ),
    ],
)
def test_refused(project: Path, arguments: list[str], line: str) -> None:
    write(project / "environments", MINIMAL, "local")
    done = committed(*arguments)
    assert (done.exit_code, done.stderr) == (1, f"{line}\n")
    assert not (project / "committed").exists()


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def stack(request: pytest.FixtureRequest) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A stack's JSON and all its files."""
    files = synthesized(read_environment(request.param))
    return json.loads(files["cdk.tf.json"]), files


def test_an_agent_needs_nothing_but_the_aws_provider(stack: tuple[dict[str, Any], dict[str, bytes]]) -> None:
    content, _ = stack
    assert content["terraform"]["required_providers"].keys() == content["provider"].keys() == {"aws"}
    made = {**content["resource"], **content.get("data", {})}
    assert [type_ for type_ in made if not type_.startswith("aws_")] == []
    assert "module" not in content
    bodies = [body for kind in content["resource"].values() for body in kind.values()]
    assert [body for body in bodies if {"provisioner", "connection"} & body.keys()] == []


def test_every_file_that_the_json_names_is_beside_it(stack: tuple[dict[str, Any], dict[str, bytes]]) -> None:
    content, files = stack
    functions = content["resource"].get("aws_lambda_function", {}).values()
    assert files.keys() == {"cdk.tf.json"} | {function["filename"] for function in functions}
    content["terraform"].pop("backend", None)
    assert [text for text in texts_in(content) if str(ROOT) in text or "../" in text or "file(" in text] == []


def test_a_full_disk_leaves_the_file_as_it_was(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert committed("prod").exit_code == 0
    before = contents(project / "committed")
    write(project / "environments", LAMBDA.replace("rate_limit = ", "rate_limit = 1") + CLOUD, "prod")
    write_bytes = Path.write_bytes

    def half(file: Path, content: bytes) -> int:
        if "committed" not in file.parts:
            return write_bytes(file, content)
        write_bytes(file, content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    done = committed("prod")
    assert done.exit_code == 1
    assert "committed/prod: cannot be written: No space left on device" in done.output
    assert contents(project / "committed") == before
