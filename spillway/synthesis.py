"""Running main.py as the CDKTF CLI does, in the folder that the command runs in."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from spillway.version import CHECKOUT


def output_folder() -> Path:
    """Where synthesis writes: the folder that CDKTF_OUTDIR names, `cdktf.out` where it names none."""
    return Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out")


def synthesize(wanted: Sequence[str] = (), *, output: Path | None = None) -> int:
    """The exit status of main.py, which reports mistakes itself: those of the wanted environments, or of all.

    -O: without jsii's checks of every argument's type, a fifth of the time; mypy and the tests have made them.
    """
    environment = os.environ | ({"CDKTF_OUTDIR": str(output)} if output else {})
    return subprocess.run(
        [sys.executable, "-O", CHECKOUT / "main.py", *wanted], env=environment, check=False
    ).returncode


def written(output: Path) -> list[Path]:
    """The configurations of the last synthesis into that folder, by the name of their stack."""
    stacks = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["stacks"]
    return [output / stacks[name]["synthesizedStackPath"] for name in sorted(stacks)]
