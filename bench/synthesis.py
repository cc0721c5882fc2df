"""Synthesis as a whole process: lazy against ordinary loading, and by the number of routes."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = 5
ROUTES = (1, 100, 300, 1000)


def main() -> None:
    """Print both, as they are measured."""
    dev = (ROOT / "environments" / "dev.toml").read_text()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for count in ROUTES:
            (folder / str(count)).mkdir()
            extra = "".join(f'\n[[routes]]\nmethod = "POST"\npath = "/r{index}"\n' for index in range(1, count))
            (folder / str(count) / "dev.toml").write_text(dev + extra)
        output = folder / "out"
        lazy = _seconds(["-O", "main.py"], folder / "1", output)
        ordinary = _seconds(["-O", "main.py"], folder / "1", output, SPILLWAY_LAZY_PROVIDER="0")
        _say(f"main.py, dev: {lazy:.2f} s; with ordinary loading {ordinary:.2f} s; ratio {lazy / ordinary:.3f}")
        # As `make synth` runs it.
        one = _seconds(["-O", "main.py"], folder / str(ROUTES[0]), output)
        _say(f"python -O main.py, {ROUTES[0]:>5} route:  {one:5.2f} s")
        for count in ROUTES[1:]:
            taken = _seconds(["-O", "main.py"], folder / str(count), output)
            each = (taken - one) / (count - 1) * 1000
            _say(f"python -O main.py, {count:>5} routes: {taken:5.2f} s, {each:.1f} ms for each route after the first")


def _seconds(program: list[str], environments: Path, output: Path, **variables: str) -> float:
    """The median of some processes, after one that does not count."""
    environment = {
        **os.environ,
        "ENVIRONMENTS": str(environments),
        "CDKTF_OUTDIR": str(output),
        # As the CDKTF CLI does, which leaves main.py silent: a thousand routes are more than AWS's quota, and it warns.
        "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS": "true",
        **variables,
    }
    # Warm: what Python has compiled is kept, as it is on a machine that does not say otherwise.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    taken = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *program], cwd=ROOT, env=environment, check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
