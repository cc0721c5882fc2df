"""What the demo starts ends with the demo, however that ends."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.environment_files import ROOT

PARENT = """
import sys, time
from demo.emulator import emulator, free_port
with emulator(free_port()) as url:
    print(url, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_emulator_ends_with_a_parent_that_is_killed(tmp_path: Path, number: signal.Signals) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        url = parent.stdout.readline().strip()
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=10) as answer:  # noqa: S310  # on 127.0.0.1
                assert answer.status == 200
            assert [folder.name for folder in tmp_path.iterdir() if folder.name.startswith("spillway-emulator-")]
        finally:
            parent.send_signal(number)
    for _ in range(300):
        if not (_answers(url) or [*tmp_path.glob("spillway-emulator-*")]):
            return
        time.sleep(0.1)
    pytest.fail("it still runs")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310  # on 127.0.0.1
            return True
    except OSError:
        return False
