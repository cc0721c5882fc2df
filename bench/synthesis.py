"""Synthesis as a whole process: lazy and ordinary loading, the AWS CDK, and by the number of routes."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lazy_provider.packaged_node import prefer_packaged_node

ROOT = Path(__file__).parent.parent
CDK = ROOT / "bench" / "cdk"
RUNS = 5
ROUTES = (1, 100, 300, 1000)
AGAINST_CDK = (1, 1000)

# As `make synth` and the CDKTF CLI run it.
OURS = [sys.executable, "-O", "main.py"]
# As `cdk init` writes it to cdk.json.
CDKS = [str(CDK / ".venv" / "bin" / "python"), str(CDK / "app.py")]


def main() -> None:
    """Print each result as soon as it is measured."""
    # The CDK app runs with the same Node.
    prefer_packaged_node()
    dev = (ROOT / "environments" / "dev.toml").read_text()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for count in ROUTES:
            (folder / str(count)).mkdir()
            extra = "".join(f'\n[[routes]]\nmethod = "POST"\npath = "/r{index}"\n' for index in range(1, count))
            (folder / str(count) / "dev.toml").write_text(dev + extra)
        lazy = _seconds(OURS, **_ours(folder, 1))
        ordinary = _seconds(OURS, **_ours(folder, 1), SPILLWAY_LAZY_PROVIDER="0")
        _say(f"main.py, dev: {lazy:.2f} s; with ordinary loading {ordinary:.2f} s; ratio {lazy / ordinary:.3f}")
        one = _seconds(OURS, **_ours(folder, 1))
        _say(f"main.py, {1:>5} route:  {one:5.2f} s")
        for count in ROUTES[1:]:
            taken = _seconds(OURS, **_ours(folder, count))
            each = (taken - one) / (count - 1) * 1000
            _say(f"main.py, {count:>5} routes: {taken:5.2f} s, {each:.1f} ms for each route after the first")
        for count in AGAINST_CDK:
            _compare_with_cdk(folder, count)


def _compare_with_cdk(folder: Path, count: int) -> None:
    """The same API with the CDK's defaults, and without its validation of the finished template."""
    ours = _seconds(OURS, **_ours(folder, count))
    app = [*CDKS, str(count)]
    cdk = _seconds(app, CDK_OUTDIR=str(folder / "cdk.out"))
    unchecked = _seconds(app, CDK_OUTDIR=str(folder / "cdk.out"), CDK_VALIDATION="false")
    _say(
        f"{count:>5} routes: main.py {ours:.2f} s, AWS CDK {cdk:.2f} s, ratio {ours / cdk:.2f}; "
        f"CDK without validation {unchecked:.2f} s, ratio {ours / unchecked:.2f}"
    )


def _ours(folder: Path, count: int) -> dict[str, str]:
    return {
        "ENVIRONMENTS": str(folder / str(count)),
        "CDKTF_OUTDIR": str(folder / "out"),
        # The CDKTF CLI sets this, and main.py is then silent. A thousand routes exceed AWS's quota, which causes a
        # warning.
        "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS": "true",
    }


def _seconds(program: list[str], **variables: str) -> float:
    """The median of several processes, after a first one that is not counted."""
    environment = {**os.environ, **variables}
    # Python's compiled files are kept, as they are by default.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    taken = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        # The CDK also warns about a thousand routes.
        subprocess.run(program, cwd=ROOT, env=environment, check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
