"""A project of your own: made by `spillway new --project`, and everything runs in its folder, on its files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from policy.suppressions import read_suppressions
from spillway.commands import app, main
from spillway.version import version
from tests.environment_files import ROOT

NAMES = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "--project", "my-limits"]) == 0
    monkeypatch.chdir(tmp_path / "my-limits")
    return tmp_path / "my-limits"


def spillway(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spillway", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_it_has_everything_and_no_path_of_this_machine(project: Path) -> None:
    files = {file.relative_to(project).as_posix(): file for file in project.rglob("*") if file.is_file()}
    assert sorted(files) == [
        ".github/workflows/limits.yml",
        ".gitignore",
        ".gitlab-ci.yml",
        "README.md",
        "cdktf.json",
        "environment.schema.json",
        "environments/prod.toml",
        "functions/README.md",
        "policy/suppressions.toml",
        "spillway.toml",
    ]
    texts = {name: file.read_text(encoding="utf-8") for name, file in files.items()}
    assert [name for name, text in texts.items() if str(ROOT) in text or str(project) in text] == []
    assert f'version = "{version()}"' in texts["spillway.toml"]
    assert texts["environments/prod.toml"].startswith("#:schema ../environment.schema.json\n")
    assert 'name = "my-limits"' in texts["environments/prod.toml"]
    assert len(texts["README.md"].splitlines()) <= 12


def test_every_command_that_it_names_is_there(project: Path) -> None:
    for file in ("README.md", ".github/workflows/limits.yml", ".gitlab-ci.yml"):
        text = (project / file).read_text(encoding="utf-8")
        called = set(re.findall(r"(?<!\.)\bspillway ([a-z-]+)", text))
        assert {"check", "snapshot"} <= called <= NAMES, file
        targets = set(re.findall(r"\bmake -C \.spillway ([a-z-]+)", text))
        assert targets == {"install-project"}
        assert "pytest" not in text
    done = subprocess.run(["make", "-n", "install-project"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "dev-packages" not in done.stdout


def test_its_workflows_are_right_and_pin_what_ours_pin(project: Path) -> None:
    workflow = project / ".github" / "workflows" / "limits.yml"
    # shellcheck is not a Python package.
    command = ["jactionlint", "--no-color", "--shellcheck=", str(workflow)]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    used = re.findall(r"uses: (\S+@.*)", workflow.read_text(encoding="utf-8"))
    ours = (ROOT / ".github" / "workflows" / "cdk-terrain.yml").read_text(encoding="utf-8")
    assert used
    assert [action for action in used if action not in ours] == []
    command = ["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(project / ".gitlab-ci.yml")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_it_runs_on_its_own_environments(project: Path) -> None:
    for arguments, said in (
        (["check"], "1 environment: accepted without warnings\n"),
        (["limits", "prod"], "Limits of prod\n"),
        (["cost", "prod"], "Cost of prod"),
        (["synth"], "wrote cdktf.out/stacks/prod/cdk.tf.json\n"),
    ):
        done = spillway(project, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        assert done.stdout.startswith(said)
    assert "../../../terraform.prod.tfstate" in (project / "cdktf.out/stacks/prod/cdk.tf.json").read_text()


def test_a_snapshot_shows_what_a_change_does(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["snapshot"]) == 1
    assert capfd.readouterr() == (
        "snapshots/prod.json: missing; the environment is new\n",
        "the JSON differs; if it should, run: spillway snapshot --update\n",
    )
    assert main(["snapshot", "--update"]) == 0
    assert capfd.readouterr().out == "wrote snapshots/prod.json\n"
    assert main(["snapshot"]) == 0
    assert capfd.readouterr().out == ""
    file = project / "environments" / "prod.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("rate_limit = 10 ", "rate_limit = 11 "), encoding="utf-8")
    assert main(["snapshot"]) == 1
    changed = [line for line in capfd.readouterr().out.splitlines() if re.match(r"[-+] ", line)]
    assert [line.split()[0] for line in changed] == ["-", "+"]
    assert "throttling_rate_limit" in changed[0]
    assert main(["snapshot", "--update"]) == 0
    file.rename(file.with_name("staging.toml"))
    capfd.readouterr()
    assert main(["snapshot"]) == 1
    assert capfd.readouterr().out.splitlines() == [
        "snapshots/prod.json: left over; the environment is gone",
        "snapshots/staging.json: missing; the environment is new",
    ]
    assert main(["snapshot", "--update"]) == 0
    assert [each.name for each in (project / "snapshots").iterdir()] == ["staging.json"]


def test_a_snapshot_of_a_refused_file_keeps_what_is_there(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["snapshot", "--update"]) == 0
    kept = (project / "snapshots" / "prod.json").read_bytes()
    (project / "environments" / "prod.toml").write_text("not toml", encoding="utf-8")
    for arguments in (["snapshot"], ["snapshot", "--update"]):
        capfd.readouterr()
        assert main(arguments) == 1
        assert "is not TOML" in capfd.readouterr().err
    assert (project / "snapshots" / "prod.json").read_bytes() == kept


def test_a_function_lies_beside_the_environments(project: Path) -> None:
    (project / "functions" / "chat").mkdir()
    (project / "functions" / "chat" / "app.py").write_text("def handler(event, context): ...\n", encoding="utf-8")
    route = (project / "functions" / "README.md").read_text(encoding="utf-8").split("names one with `code`:")[1]
    lines = [line.strip() for line in route.splitlines() if "type" in line or "code" in line]
    integration = f'[routes.integration]\n{lines[0]}\n{lines[1]}\nruntime = "python3.13"\nhandler = "app.handler"\n'
    file = project / "environments" / "prod.toml"
    file.write_text(file.read_text(encoding="utf-8") + integration, encoding="utf-8")
    git(project, "init", "--quiet")
    done = spillway(project, "check")
    assert done.returncode == 0, done.stdout
    assert spillway(project, "synth").returncode == 0
    assert [each.suffix for each in (project / "cdktf.out/stacks/prod/functions").iterdir()] == [".zip"]


def test_a_change_is_compared_with_the_projects_own_history(project: Path) -> None:
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "m")
    file = project / "environments" / "prod.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("rate_limit = 10 ", "rate_limit = 20 "), encoding="utf-8")
    done = spillway(project, "diff", "--base", "HEAD", "--format", "markdown", "--", "environments/prod.toml")
    assert done.returncode == 0, done.stderr
    assert "20" in done.stdout


TERRAFORM = """#!/bin/sh
echo "$PWD $*" >> "$ASKED"
case "$1" in show) echo '{}' ;; esac
"""


def test_it_deploys_from_its_own_folder(project: Path, tmp_path: Path) -> None:
    binary, asked = tmp_path / "terraform", tmp_path / "asked"
    binary.write_text(TERRAFORM, encoding="utf-8")
    binary.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"
    env = {"PATH": path, "ASKED": str(asked), "TF_PLUGIN_CACHE_DIR": str(tmp_path / "cache")}
    # None in a file either, nor from an instance's metadata service.
    none = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), str(tmp_path / "none"))
    without = spillway(project, "deploy", "prod", **env, **none, AWS_EC2_METADATA_DISABLED="true")
    assert "There are no AWS credentials: log in" in without.stderr
    assert not asked.exists()
    done = spillway(project, "deploy", "prod", **env, AWS_ACCESS_KEY_ID="some", AWS_SECRET_ACCESS_KEY="key")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing to do." in done.stdout
    folders = {line.split(" ")[0] for line in asked.read_text(encoding="utf-8").splitlines()}
    assert folders == {str(project / "cdktf.out" / "stacks" / "prod")}
    assert spillway(project, "deploy", "nosuch").stderr == "\nno environment 'nosuch': environments has prod\n"


def test_its_accepted_failures_are_choices_and_no_facts_of_our_files(project: Path) -> None:
    found = read_suppressions(project / "policy" / "suppressions.toml")
    ours = [each for each in read_suppressions() if each.environments is None and each.addresses is None]
    assert list(found[: len(ours)]) == ours
    assert {each.environments for each in found} == {None, ("prod",)}
    # A route that is added later is not accepted as an open one.
    (open_to_all,) = (each for each in found if each.check == "CKV_AWS_59")
    assert open_to_all.addresses == ("aws_api_gateway_method.post_v1_chat_completions",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('version = "0.0.9"', f"version = '0.0.9': this is Spillway {version()}; run 0.0.9, or upgrade the project to"),
        ("version = 1", "version: missing, and required: a version in quotes"),
        ("", "version: missing, and required: a version in quotes"),
        ('versoin = "1"', "versoin: unknown key; there is version"),
        ("version", "is not TOML: "),
    ],
)
def test_another_version_does_not_run_there(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (project / "spillway.toml").write_text(text, encoding="utf-8")
    for arguments in (["check"], ["committed", "prod"], ["limits", "prod"]):
        capsys.readouterr()
        assert main(arguments) == 1
        captured = capsys.readouterr()
        assert captured.err.startswith(f"spillway.toml: {said}")
        assert captured.err.count("\n") == 1
        assert captured.out == ""
    for arguments in (["check", "-h"], ["--version"], ["committed", "--help"]):
        assert main(arguments) == 0


def test_only_an_empty_folder_becomes_a_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("", encoding="utf-8")
    assert main(["new", "--project", "full"]) == 1
    assert capsys.readouterr().err == "--project full: must be a new or an empty folder\n"
    assert [each.name for each in (tmp_path / "full").iterdir()] == ["mine"]
    # A repository that was just made.
    (tmp_path / "cloned" / ".git").mkdir(parents=True)
    assert main(["new", "staging", "--project", "cloned", "--template", "tiers"]) == 0
    assert (tmp_path / "cloned" / "environments" / "staging.toml").is_file()


def test_a_project_whose_environment_is_refused_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "--project", "new", "--region", "nowhere"]) == 1
    assert "aws.region = 'nowhere'" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []
