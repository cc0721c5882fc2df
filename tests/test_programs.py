"""Every program of the project: what it is given, it understands or refuses; `--help` does nothing but help."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment_files import ROOT

ROOMS = ("demo", "deploy", "policy", "review", "spillway", "tools", "verify")
# Started by demo/emulator.py alone: with a folder and a module, and in place of ministack.
INTERNAL = {Path("demo/watched.py"), Path("demo/ministack_with_api_keys.py")}
PROGRAMS = sorted(
    file
    for file in (each.relative_to(ROOT) for room in ROOMS for each in (ROOT / room).rglob("*.py"))
    if ".venv" not in file.parts and file not in INTERNAL
    if file.name == "__main__.py" or "\nif __name__ ==" in (ROOT / file).read_text(encoding="utf-8")
)


def run(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    module = ".".join(file.with_suffix("").parts).removesuffix(".__main__")
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def changed_files() -> str:
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_programs_are_found() -> None:
    assert {Path("demo/__main__.py"), Path("tools/environment_schema.py"), Path("verify/__main__.py")} <= {*PROGRAMS}


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_help_does_nothing_but_help(program: Path) -> None:
    done = run(program, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage:" in done.stdout


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_what_it_does_not_know_is_refused(program: Path) -> None:
    before = changed_files()
    done = run(program, "--nonsense")
    assert done.returncode != 0
    assert "--nonsense" in done.stderr
    assert "Traceback" not in done.stderr
    assert changed_files() == before


@pytest.mark.parametrize(
    "program", ["demo", "deploy", "tools.environment_schema", "tools.reference", "tools.freeze_release"]
)
def test_a_word_too_many_is_refused(program: str) -> None:
    before = changed_files()
    done = run(Path(program.replace(".", "/") + ".py"), "one", "two")
    assert done.returncode != 0
    assert "unexpected extra argument" in done.stderr
    assert changed_files() == before


def test_synthesis_refuses_arguments() -> None:
    done = subprocess.run(
        [sys.executable, "main.py", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("main.py has no option --help")
