"""The command line from a user's point of view."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from review.commands import main
from tests.environment_files import MINIMAL, ROOT, changed, write

WARNED = MINIMAL + '[waf]\nmode = "count"\n[[waf.rate_rules]]\nname = "per-ip"\nlimit = 3006\n'


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "review", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_an_environment_is_a_name_in_the_folder_or_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, MINIMAL, "mine")
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    for name in ("mine", str(file), "mine.toml"):
        assert main(["limits", name, "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["environment"] == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["limits", "nosuch"], "no environment 'nosuch': environments has {names}; or name a .toml file"),
        (["limits", "nosuch.toml"], "no such file nosuch.toml, and environments has {names}"),
        (["simulate"], "Missing argument 'ENVIRONMENT': environments has {names}; see --help"),
        (["limits", "nosuch", "prod"], "no environment 'nosuch'"),
        (["limits", "prod", "--format", "xml"], "Invalid value for '--format'"),
        (["nosuch"], "No such command 'nosuch'; see --help\n"),
        (["cost", "dev", "--blocked", "50"], "Invalid value for '--blocked': must be at most 1; see --help\n"),
        (["cost", "dev", "--blocked", "-1"], "Invalid value for '--blocked': must be at least 0; see --help\n"),
        (["cost", "dev", "--blocked", "half"], "Invalid value for '--blocked': must be a number; see --help\n"),
        (["size", "--users", "ten"], "Invalid value for '--users': must be a whole number; see --help\n"),
        (["simulate", "dev", "prod"], "unexpected argument: prod; see --help\n"),
        (["limit"], "No such command 'limit'. Did you mean 'limits'? See --help\n"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    names = ", ".join(sorted(file.stem for file in (ROOT / "environments").glob("*.toml")))
    assert captured.err.startswith(said.format(names=names))
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("command", ["limits", "cost"])
def test_without_a_name_every_environment_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("blue", "green"):
        write(tmp_path, MINIMAL, name)
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    alone = []
    for name in ("blue", "green"):
        assert main([command, name, "--json"]) == 0
        alone.append(json.loads(capsys.readouterr().out))
    for names in ([], ["blue", "green.toml"], ["blue", "green", "blue"]):
        assert main([command, *names, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == alone
    assert main([command]) == 0
    titles = [line for line in capsys.readouterr().out.splitlines() if re.match(r"(Limits|Cost) of ", line)]
    assert [re.split(r"[ :]", title)[2] for title in titles] == ["blue", "green"]
    # A file that is refused hides no other one.
    bad = write(tmp_path, changed(rate_limit="rate_limit = 0"), "bad")
    assert main([command, "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out) == alone
    assert captured.err == (
        f"{bad.as_posix()}:12: throttling.rate_limit = 0: must be greater than or equal to 0.000001\n"
    )
    assert main([command, "bad"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["replay", "dev", "x.log", "--csv", "--log-format", "alb"],
            "--log-format and --csv or --json-lines: name one",
        ),
        (["size", "--tier", "free:500:4", "--users", "5"], "size needs --users and --requests-per-hour, or --tier"),
        (["usage", "dev", "--yes"], "--yes needs --reset"),
        (["usage", "dev", "--reset", "alice", "--json"], "--reset prints what it does, and no report"),
        (["limits", "dev", "--json", "--format", "markdown"], "--json and --format markdown: use only one of the two"),
    ],
)
def test_no_option_is_taken_and_ignored(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(said)


def test_a_refused_file_is_refused_as_synthesis_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, changed(rate_limit="rate_limit = 0", burst_limit="burst_limit = 0"))
    assert main(["limits", str(file)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{file.as_posix()}:12: throttling.rate_limit = 0: must be greater than or equal to 0.000001",
        f"{file.as_posix()}:13: throttling.burst_limit = 0: must be greater than or equal to 1",
    ]


def test_a_broken_file_ends_the_process_with_1_and_no_traceback(tmp_path: Path) -> None:
    file = write(tmp_path, "not toml")
    done = run("limits", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{file.as_posix()}:1: is not TOML")
    assert done.stderr.count("\n") == 1


def test_warnings_are_those_of_synthesis(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from settings.read import read_environment  # noqa: PLC0415  # the other tests here need no Node
    from stacks.rate_limited_api_stack import RateLimitedApiStack  # noqa: PLC0415
    from tests.synthesis import app  # noqa: PLC0415

    files = [
        write(tmp_path, WARNED),
        *sorted(ROOT.glob("docs/examples/*.toml")),
        *sorted(ROOT.glob("environments/*.toml")),
    ]
    seen = 0
    for file in files:
        stack = RateLimitedApiStack(app(), "test", environment=read_environment(file))
        annotated = [entry.data for entry in stack.node.metadata if entry.type == "@cdktf/warn"]
        assert main(["limits", str(file), "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["warnings"] == annotated
        seen += len(annotated)
    assert seen >= 2


def test_warnings_are_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(write(tmp_path, WARNED))
    for form, start in (("table", "warning: waf.mode"), ("markdown", "> **Warning:** waf.mode"), ("json", "waf.mode")):
        assert main(["limits", file, "--format", form]) == 0
        assert start in capsys.readouterr().out


@pytest.mark.parametrize("command", ["limits", "cost"])
def test_what_the_numbers_assume_is_told_once_if_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    from review.environment_file import read  # noqa: PLC0415  # as in the commands
    from review.layers.from_settings import layers_of  # noqa: PLC0415
    from review.limits.report import assumed  # noqa: PLC0415

    # Each on one line.
    monkeypatch.setenv("COLUMNS", "400")
    assert main([command, "prod"]) == 0
    short = capsys.readouterr().out
    assert main([command, "prod", "--explain"]) == 0
    whole = capsys.readouterr().out
    added = [line for line in whole.splitlines() if line not in short.splitlines()]
    assert len(added) >= 3
    assert all(line.startswith("- ") for line in added)
    assert main([command, "prod", "--format", "json"]) == 0
    assert {f"- {note}" for note in json.loads(capsys.readouterr().out)["notes"]} >= set(added)
    if command == "limits":
        assert added == [f"- {each}" for each in assumed(layers_of(read("prod")))]


COMMANDS = ("limits", "diff", "pull-request", "cost", "simulate", "replay", "usage")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_each_command_does(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert "ENVIRONMENT" in out
    assert "--format" in out
    assert "--json" in out


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert [command for command in COMMANDS if not re.search(rf"^\W*{command}\b", out, re.MULTILINE)] == []


def test_the_help_of_every_command_loads_nothing_that_is_slow_to_load() -> None:
    slow = ("boto3", "matplotlib", "numba", "numpy", "polars", "rich", "settings")
    program = (
        "import sys; from review.commands import app, main; "
        "names = sorted(each.name or each.callback.__name__ for each in app.registered_commands); "
        "statuses = [main([name, '--help']) for name in names]; "
        "print(names, statuses, sorted(set(sys.modules) & set(sys.argv[1:])), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *slow], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = sorted([*COMMANDS, "size"])
    assert done.stderr == f"{commands} {[0] * len(commands)} []\n"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = ["bash", "-c", f"{sys.executable} -m review limits prod | head -n 1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("Limits of prod\n", "")


def test_make_review_prints_limits_and_cost_of_the_environment_that_it_is_given() -> None:
    for given, name in (([], "prod"), (["ENV=dev"], "dev")):
        command = ["make", "-n", "review", *given]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert f"python -m spillway limits {name}" in done.stdout
        assert f"python -m spillway cost {name}" in done.stdout


def test_make_takes_no_environment_for_a_target() -> None:
    # A make that runs these tests would have this one say which folder it enters.
    command = ["make", "--no-print-directory", "-n", "review", "dev"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "no target: dev; an environment is a variable, as in `make review ENV=dev`" in done.stderr


def test_json_is_the_json_format(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(ROOT / "environments" / "dev.toml")
    said = []
    for form in (["--json"], ["--format", "json"], ["--json", "--format", "json"]):
        assert main(["limits", file, *form]) == 0
        said.append(capsys.readouterr().out)
    assert said == [said[0]] * 3
    assert json.loads(said[0])["environment"] == "dev"
    assert main(["limits", file, "--json", "--format", "markdown"]) == 1
    assert capsys.readouterr() == ("", "--json and --format markdown: use only one of the two\n")


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Usage: python -m review")


def test_help_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    names = sorted(file.stem for file in (ROOT / "review" / "scenarios").glob("*.toml"))
    assert f"{', '.join(names[:-1])} or {names[-1]}; or a .toml file" in said
