"""Numba does not notice a change of a function that another function calls, so the cache folder depends on all
sources.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import pytest

from review.engine import jit
from tests.environment_files import ROOT

SLOW = ("numba", "polars", "matplotlib", "numpy")
PROGRAM = """
import sys
from review.commands import main
assert main(["limits", "prod"]) == 0
print(sorted(set(sys.modules) & set(sys.argv[1:])), file=sys.stderr)
"""


@pytest.fixture
def review(tmp_path: Path) -> Path:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "bucket.py").write_text("TOKEN = 1\n")
    (tmp_path / "peaks.py").write_text("import x\n\n\n@jit\ndef see(): ...\n")
    (tmp_path / "table.py").write_text("WORDS = 1\n")
    return tmp_path


@pytest.mark.parametrize(("file", "changes"), [("engine/bucket.py", True), ("peaks.py", True), ("table.py", False)])
def test_what_is_compiled_again(review: Path, file: str, *, changes: bool) -> None:
    before = jit.digest(review)
    with (review / file).open("a") as stream:
        stream.write("# changed\n")
    assert (jit.digest(review) != before) is changes


def test_the_cache_is_of_these_sources() -> None:
    folder = Path(vars(numba.config)["CACHE_DIR"])
    assert folder.name == f"numba-{jit.digest(Path(jit.__file__).parent.parent)}"


def test_limits_loads_none_of_what_is_slow_to_load() -> None:
    command = [sys.executable, "-c", PROGRAM, *SLOW]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("compiled", [jit.jit, jit.jit_apart])
def test_code_that_would_count_references_is_refused(compiled: Callable[..., Callable[[int], int]]) -> None:
    """Such counts make a request cost a hundred times as much; only what allocates needs them."""

    @compiled
    def refused(length: int) -> int:
        return len(np.empty(length))

    with pytest.raises(numba.core.errors.TypingError, match="built-in function empty"):
        refused(3)


def test_code_that_allocates_is_compiled_for_that() -> None:
    @jit.jit_allocating
    def length_of_new_array(length: int) -> int:
        return len(np.empty(length))

    assert length_of_new_array(3) == 3
