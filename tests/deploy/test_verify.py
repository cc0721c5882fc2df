"""`make verify` against a stage that matches its file, and against one that does not."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from demo.command_line import Cdktf
from tests.environment_files import ROOT, write


def verify(file: Path, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verify", str(file), "--url", url, "--yes"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_stage_does_what_its_file_says_and_not_what_another_says(
    cdktf: Callable[..., Cdktf], local_environment: str, tmp_path: Path
) -> None:
    stack = cdktf("verified", local_environment.replace("spillway-local", "verified"))
    try:
        url = stack.deploy("verified")["http_endpoint"]
        done = verify(stack.environments / "verified.toml", url)
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(re.findall(r"(?<!not )as set", done.stdout)) == 2
        # More than the deployed bucket of 3 admits, even if the burst is slow.
        other = local_environment.replace("rate_limit = 2\nburst_limit = 3", "rate_limit = 2\nburst_limit = 30")
        assert other != local_environment
        done = verify(write(tmp_path, other, "other"), url)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "not as set POST /v1/chat/completions: " in done.stdout
    finally:
        stack.destroy("verified")
