"""The command `spillway`: what it lists, and that it is quick where it does nothing."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from spillway.commands import app, main
from tests.environment_files import MINIMAL, ROOT, changed, write

COMMANDS = (
    *(
        "new",
        "check",
        "synth",
        "limits",
        "cost",
        "diff",
        "pull-request",
        "simulate",
        "replay",
        "size",
        "usage",
        "deploy",
        "verify",
    ),
    *("demo", "snapshot", "policy", "committed", "imports", "fetch-log"),
)
WITH_JSON = ("check", "limits", "cost", "diff", "pull-request", "simulate", "replay", "size", "usage")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def spillway(*arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "spillway", *arguments]
    path = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=cwd, env=path | variables, capture_output=True, text=True, check=False)


def test_it_names_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"spillway {VERSION}\n"


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]], ids=" ".join)
def test_help_lists_every_command_in_a_line(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 0
    listed = re.findall(r"^  ([a-z-]+)  +(.+)$", capsys.readouterr().out.partition("\nCommands:\n")[2], re.MULTILINE)
    assert sorted(name for name, _ in listed) == sorted(COMMANDS)
    assert [line for _, line in listed if not line.endswith(".") or line.endswith("...")] == []


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str, option: str) -> None:
    assert main([command, option]) == 0
    out = capsys.readouterr().out
    assert f"spillway {command}" in out
    assert ("--json" in out) == (command in WITH_JSON)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_does_not_know_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([command, "--nonsense"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("No such option: --nosuch".replace("nosuch", "nonsense"))
    assert captured.err.count("\n") == 1
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("destroy", "No such command 'destroy'; cdktf destroy ENVIRONMENT removes everything; see --help\n"),
        ("plan", "No such command 'plan'; spillway deploy ENVIRONMENT shows the plan, and asks before it applies; see"),
        ("version", "No such command 'version'; write spillway --version; see --help\n"),
        ("chek", "No such command 'chek'. Did you mean 'check'? See --help\n"),
    ],
)
def test_a_command_of_another_tool(capsys: pytest.CaptureFixture[str], command: str, said: str) -> None:
    assert main([command, "prod"]) == 1
    assert capsys.readouterr().err.startswith(said)


# typer itself imports pydantic where a command has arguments.
HEAVY = ("boto3", "cdktf", "matplotlib", "numba", "numpy", "polars", "rich", "settings")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["replay", "--help"], ["deploy", "-h"]], ids=" ".join)
def test_what_does_nothing_imports_nothing_heavy(arguments: list[str]) -> None:
    assert imported(arguments, HEAVY) == ""


# The help of their own typer apps uses rich, and they read the settings' names.
@pytest.mark.parametrize("command", ["committed", "imports", "fetch-log"])
def test_the_help_of_a_command_of_tools_loads_no_client_of_aws_and_no_cdktf(command: str) -> None:
    assert imported([command, "--help"], ("boto3", "cdktf", "jsii", "numpy")) == ""


def imported(arguments: list[str], names: Sequence[str]) -> str:
    """Those of the modules that are loaded after the command has ended."""
    program = (
        "import sys; from spillway.commands import main; status = main(sys.argv[1:]); "
        f"sys.stderr.write(' '.join(name for name in {names} if name in sys.modules)); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    return done.stderr


def test_a_job_that_deploys_needs_no_package_of_the_review_or_the_tests(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL, "mine")
    pipfile = tomllib.loads((ROOT / "Pipfile").read_text(encoding="utf-8"))
    # typer brings rich along.
    left_out = {name.replace("-", "_") for group in ("review", "dev-packages") for name in pipfile[group]} - {"rich"}
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(left_out)!r})); "
        "from spillway.commands import main; sys.exit(main(sys.argv[1:]))"
    )
    for arguments in (["synth"], ["check"], ["deploy", "nosuch"], ["committed", "nosuch"], ["policy", "nosuch"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "ENVIRONMENTS": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == (1 if "nosuch" in arguments else 0), done.stderr


def test_a_shell_completes_commands_and_environments() -> None:
    def completed(words: str) -> list[str]:
        number = str(len(words.split(" ")) - 1)
        return spillway(_SPILLWAY_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=number).stdout.split()

    assert [name for name in app.registered_commands if name.name == "fetch-log"]
    assert completed("spillway si") == ["simulate", "size"]
    assert completed("spillway limits p") == ["prod"]


def test_a_file_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    warned = MINIMAL + '[waf]\nmode = "count"\n[[waf.rate_rules]]\nname = "per-ip"\nlimit = 3006\n'
    write(tmp_path, MINIMAL.replace('name = "api"', 'name = "good"'), "good")
    write(tmp_path, warned, "warned")
    assert main(["check"]) == 0
    *warnings, verdict = capsys.readouterr().out.splitlines()
    assert [line.partition(" = ")[0] for line in warnings][:1] == ["warning: warned: waf.mode"]
    assert verdict == f"2 environments: {len(warnings)} warnings"
    assert main(["check", "--fail-on-warning"]) == 2
    assert main(["check", "good", "--fail-on-warning"]) == 0
    capsys.readouterr()
    bad = write(tmp_path, changed(rate_limit="rate_limit = 0"), "bad")
    assert main(["check", "good", "bad"]) == 1
    refused = f"{bad.as_posix()}:12: throttling.rate_limit = 0: must be greater than or equal to 0.000001"
    assert capsys.readouterr().out.splitlines() == [refused, "2 environments: 1 refused"]
    assert main(["check", "--json"]) == 1
    found = {Path(each["file"]).stem: each for each in json.loads(capsys.readouterr().out)}
    assert found["bad"] == {"file": bad.as_posix(), "refused": [refused], "warnings": []}
    assert found["good"] == {"file": (tmp_path / "good.toml").as_posix(), "refused": [], "warnings": []}
    assert len(found["warned"]["warnings"]) == len(warnings)


def test_two_files_with_one_state_are_refused_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    state = '[backend]\ntype = "s3"\nbucket = "states"\nregion = "us-east-1"\nkey = "one.tfstate"\n'
    for name in ("blue", "green"):
        write(tmp_path, MINIMAL.replace('name = "api"', f'name = "{name}"') + state, name)
    assert main(["check"]) == 1
    (line, verdict) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{(tmp_path / 'green.toml').as_posix()}: backend.key")
    assert verdict == "2 environments: 1 refused"
    assert main(["check", "green"]) == 0


def test_two_files_of_one_name_are_not_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        files.append(str(write(tmp_path / folder, MINIMAL, "prod")))
    assert main(["check", *files]) == 0
    assert capsys.readouterr().out == "2 environments: accepted without warnings\n"


def test_nothing_to_check_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 1
    assert capsys.readouterr().err == "environments: no .toml file in it; `spillway new NAME` writes one\n"


def test_every_command_describes_its_environments_alike(capsys: pytest.CaptureFixture[str]) -> None:
    described = {}
    for command in COMMANDS:
        assert main([command, "--help"]) == 0
        text = " ".join(capsys.readouterr().out.split())
        if found := re.search(r" ENVIRONMENT <(?:str|list\[str\])> (.*?[.])(?= [A-Z\[]|$)", text):
            described[command] = found[1]
    assert described.keys() == {*COMMANDS} - {"new", "size"}
    assert set(described.values()) == {
        "A name in the folder environments, or a .toml file.",
        "Names in the folder environments, or .toml files.",
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_no_help_has_a_box_or_loses_a_word_in_brackets(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert not re.search("[│╭]", said)
    assert command != "imports" or "[imports]" in said


def test_a_snapshot_of_one_environment(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    for name in ("blue", "green"):
        write(tmp_path / "environments", MINIMAL.replace('name = "api"', f'name = "{name}"'), name)
    done = spillway("snapshot", "blue", "--update", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "wrote snapshots/blue.json\n")
    done = spillway("snapshot", "environments/blue.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    done = spillway("snapshot", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "snapshots/green.json: missing; the environment is new\n")
    assert spillway("snapshot", "red", cwd=tmp_path).stderr == "no environment 'red': environments has blue, green\n"


def test_synth_says_what_it_wrote_except_to_the_cdktf_cli(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    write(tmp_path / "environments", MINIMAL, "mine")
    done = spillway("synth", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "wrote cdktf.out/stacks/mine/cdk.tf.json\n", "")
    done = spillway("synth", cwd=tmp_path, CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS="true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    write(tmp_path / "environments", "not toml", "bad")
    done = spillway("synth", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("environments/bad.toml:1: is not TOML")
