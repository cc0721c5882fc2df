"""`make bench`: synthesis as a whole process, side by side in one run, median of five, warm."""

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


def seconds(environments: Path, output: Path, runs: int, **variables: str) -> float:
    """The median of whole `python main.py` processes, after one that does not count."""
    environment = {**os.environ, "ENVIRONMENTS": str(environments), "CDKTF_OUTDIR": str(output), **variables}
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=environment, check=True)  # our own
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def main() -> None:
    """Print the ratio of lazy to ordinary loading, then seconds by number of routes."""
    dev = (ROOT / "environments" / "dev.toml").read_text()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for count in ROUTES:
            (folder / str(count)).mkdir()
            extra = "".join(f'\n[[routes]]\nmethod = "POST"\npath = "/r{index}"\n' for index in range(1, count))
            (folder / str(count) / "dev.toml").write_text(dev + extra)
        lazy = seconds(folder / "1", folder / "out", RUNS)
        ordinary = seconds(folder / "1", folder / "out", RUNS, SPILLWAY_LAZY_PROVIDER="0")
        sys.stdout.write(f"dev: lazy {lazy:.2f} s, ordinary {ordinary:.2f} s, ratio {lazy / ordinary:.3f}\n")
        for count in ROUTES:
            taken = seconds(folder / str(count), folder / "out", 3)
            each = (taken - lazy) / count * 1000
            sys.stdout.write(f"{count:5} routes: {taken:.2f} s, {each:.2f} ms a route above the first\n")


if __name__ == "__main__":
    main()
