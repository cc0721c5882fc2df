"""Runs main.py as the CDKTF CLI does, in the current folder."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from spillway.version import CHECKOUT


def output_folder() -> Path:
    """The folder that synthesis writes to: CDKTF_OUTDIR, or `cdktf.out` if that variable is not set."""
    return Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out")


def synthesize(wanted: Sequence[str] = (), *, output: Path | None = None) -> int:
    """The exit status of main.py, which reports the mistakes of the given environments itself, or of all.

    -O turns off jsii's type checks of every argument, a fifth of the time. mypy and the tests have made these checks.
    """
    environment = os.environ | ({"CDKTF_OUTDIR": str(output)} if output else {})
    return subprocess.run(
        [sys.executable, "-O", CHECKOUT / "main.py", *wanted], env=environment, check=False
    ).returncode


def written(output: Path) -> list[Path]:
    """The configurations of the last synthesis in that folder, by the name of their stack."""
    stacks = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["stacks"]
    return [output / stacks[name]["synthesizedStackPath"] for name in sorted(stacks)]
