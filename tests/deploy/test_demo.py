"""`make demo`, the README's first command, as a user runs it."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.environment_files import ROOT


@pytest.mark.usefixtures("binary")
def test_it_deploys_hits_the_limits_and_cleans_up() -> None:
    done = subprocess.run(["make", "demo"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("as set") == 2
    assert "not as set" not in done.stdout
    assert "HTTP/1.1 429 Too Many Requests" in done.stdout
    assert "Destroy complete!" in done.stdout
    assert not (ROOT / ".demo").exists()


def test_without_terraform_it_says_so_in_a_line_and_shows_the_limits(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "demo"],
        cwd=ROOT,
        env={**os.environ, "TERRAFORM_BINARY_NAME": str(tmp_path / "absent")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 requests/s" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("Not deployed: ")]
    assert line == f"Not deployed: {tmp_path / 'absent'} is not on PATH. Everything above needs no Terraform."


@pytest.mark.usefixtures("binary")
def test_interrupted_it_destroys_and_stops_what_it_started() -> None:
    said: list[str] = []
    with subprocess.Popen(
        ["python", "-m", "demo"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        deadline = time.monotonic() + 300
        for line in process.stdout or ():
            said.append(line)
            if "Creation complete" in line and "api_gateway_rest_api" in line:
                process.send_signal(signal.SIGINT)
            if time.monotonic() > deadline:
                process.kill()
    output = "".join(said)
    assert process.returncode == 130, output
    assert "Destroy complete!" in output
    assert "what was started is stopped" in output
    assert not (ROOT / ".demo").exists()
