"""moto, another emulator of AWS, in a separate process: a second interpretation of AWS's documents."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

_STARTS_WITHIN_SECONDS = 120
_STOPS_WITHIN_SECONDS = 10


@contextmanager
def moto_server(port: int) -> Iterator[str]:
    """Its URL during the block; its data is lost afterwards."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A Ctrl-C in the terminal is for the tests.
        start_new_session=True,
    )
    try:
        _wait_until_it_answers(f"{url}/moto-api/", process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(_STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # on this machine
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("moto did not start")
