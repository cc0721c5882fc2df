"""The README's example and commands are real."""

import re
import subprocess
from pathlib import Path

from tests.environment_files import ROOT, environment

README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST = 120
_TARGETS = [
    target
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for target in re.findall(r"^make ([a-z-]+)", block, re.MULTILINE)
]


def test_the_smallest_environment_file_is_accepted(tmp_path: Path) -> None:
    (example,) = [
        block for block in re.findall(r"^```toml\n(.*?)^```", README, re.MULTILINE | re.DOTALL) if "[[routes]]" in block
    ]
    assert [route.key for route in environment(tmp_path, example).routes] == ["POST /myendpoint"]


def test_every_make_target_that_it_names_exists() -> None:
    assert {"demo", "test"} <= set(_TARGETS)
    for target in _TARGETS:
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_clean_clone_is_tested_by_its_command() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").endswith("exec make test\n")


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= LONGEST
