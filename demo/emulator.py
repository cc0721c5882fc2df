"""ministack, a local AWS emulator, in a separate process."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from demo.interruption import undisturbed

_WATCHED = Path(__file__).with_name("watched.py")
_STARTS_WITHIN_SECONDS = 60
_STOPS_WITHIN_SECONDS = 10


class EmulatorError(Exception):
    """The emulator did not start. The message is the end of its log."""


def free_port(preferred: int = 0) -> int:
    """The preferred port of 127.0.0.1 if it is free, otherwise any free port."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmulatorError("127.0.0.1 has no free port")


@contextmanager
def emulator(port: int, *, node_modules: Path | None = None, program: str = "ministack") -> Iterator[str]:
    """The emulator's URL while the block runs; it is gone afterwards, and so is everything it kept.

    Functions in Node find the packages of `node_modules`, as they find the AWS SDK in Lambda. `program` may be a file
    of this folder that changes the emulator before it starts it.

    Raises EmulatorError where it does not start.
    """
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="spillway-emulator-") as folder, ExitStack() as started:
        log = Path(folder) / "log"
        if node_modules is not None:
            (Path(folder) / "node_modules").symlink_to(node_modules, target_is_directory=True)
        environment = {
            **os.environ,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            # By default it keeps these in the machine's temporary folder, which two emulators would share.
            "TMPDIR": folder,
            "STATE_DIR": f"{folder}/state",
            "S3_DATA_DIR": f"{folder}/s3",
        }
        with undisturbed(), log.open("wb") as output:
            process = subprocess.Popen(
                # It ends when this process ends, for any reason: demo/watched.py.
                [sys.executable, _WATCHED, folder, program],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                # A Ctrl-C in the terminal must not reach it: what was deployed to it is destroyed first.
                start_new_session=True,
            )
            started.callback(_stop, process)
        _wait_until_it_answers(f"{url}/_ministack/health", process, log)
        yield url


def emulator_client(url: str, service: str, *, region: str = "us-east-1") -> Any:
    """AWS's own Python client of that service, aimed at the emulator."""
    import boto3  # noqa: PLC0415  # a second that a run without Terraform need not spend

    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",  # noqa: S106  # the emulator takes anything
    )


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise EmulatorError(f"the emulator did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    with undisturbed():
        process.terminate()
        try:
            process.wait(_STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()
