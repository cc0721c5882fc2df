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
source.BLOCK = 2 * 1024 * 1024
measured(sys.argv[1])
"""
_MEBIBYTE = 2**20


def peak(log: Path) -> float:
    """In a process of its own, in bytes."""
    done = subprocess.run([sys.executable, "-c", _REPLAY, str(log)], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer["peak"]


def test_ten_times_the_log_takes_no_more_memory(tmp_path: Path) -> None:
    """Both are longer than a few blocks, so that what blocks take is in both."""
    peaks = {}
    sizes = {}
    for requests in (50_000, 500_000):
        log = tmp_path / f"{requests}.log"
        write_log(log, requests, 2_000)
        peaks[requests], sizes[requests] = peak(log), log.stat().st_size
        log.unlink()
    more_memory, more_log = (found[500_000] - found[50_000] for found in (peaks, sizes))
    assert more_log > 100 * _MEBIBYTE
    assert more_memory < more_log / 3
