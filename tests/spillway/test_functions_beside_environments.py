"""A folder with code beside an environment file, as docs/backends.md has it, breaks no check of the project's own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment_files import ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout with such a folder."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for file in listed.stdout.split("\0"):
        if file and (ROOT / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, folder / file)
    function = folder / "environments" / "functions" / "chat"
    function.mkdir(parents=True)
    # Nobody says how your code is to be written.
    (function / "app.py").write_text("def handler(event,context): return  {'statusCode':200}\n", encoding="utf-8")
    (folder / "environments" / "schemas").mkdir()
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("pytest", "-q", "-p", "no:cacheprovider", "tests/test_rooms.py", "tests/review/test_commands.py"),
    ],
    ids=" ".join,
)
def test_it_passes(copy: Path, command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=copy, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
