"""The README's example and commands are real."""

import re
import subprocess
from pathlib import Path

from tests.environment_files import ROOT, environment

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_simplest_environment_file_is_accepted(tmp_path: Path) -> None:
    example = README.split("## The simplest environment file")[1].split("```toml")[1].split("```")[0]
    assert [route.key for route in environment(tmp_path, example).routes] == ["POST /myendpoint"]


def test_every_make_target_that_it_names_exists() -> None:
    targets = re.findall(r"^make ([a-z-]+)", README, re.MULTILINE)
    assert targets == ["demo", "test"]
    for target in targets:
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
