"""Memory is bounded by the number of clients, not by the length of the log."""

import json
import subprocess
import sys
from pathlib import Path

from bench.replay import write_log
from tests.environment_files import ROOT

_REPLAY = """
import sys
from bench.replay import measured
from review.replay import source
source.BLOCK = 512 * 1024
for log in sys.argv[1:]:
    measured(log)
    print()
"""
_MEBIBYTE = 2**20


def test_ten_times_the_log_takes_no_more_memory(tmp_path: Path) -> None:
    """Both logs are longer than a few blocks, so that both peaks, of one process, include the blocks."""
    short, long = tmp_path / "short.log", tmp_path / "long.log"
    write_log(short, 20_000, 2_000)
    write_log(long, 200_000, 2_000)
    done = subprocess.run(
        [sys.executable, "-c", _REPLAY, short, long], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    before, after = (json.loads(answer)["peak"] for answer in done.stdout.splitlines())
    more_log = long.stat().st_size - short.stat().st_size
    assert more_log > 50 * _MEBIBYTE
    assert after - before < more_log / 3
