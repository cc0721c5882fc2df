"""How fast each log format is read: lines per second, recognized and parsed, without any decisions.

python -m bench.log_formats [lines]
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from bench.log_lines import HEADERS, LINES

LINES_EACH = 200_000

_START_MS = 1_772_440_000_000
_PATHS = ("/v1/chat/completions", "/v1/embeddings")


def write_lines(file: Path, name: str, lines: int) -> None:
    """Write a log in that format, with a thousand addresses."""
    random = np.random.default_rng(1)
    line = LINES[name]
    with file.open("w") as stream:
        if name in HEADERS:
            stream.write(f"{HEADERS[name]}\n")
        clients = random.integers(0, 1000, lines).tolist()
        stream.writelines(
            f"{line(_START_MS + 20 * number, f'10.0.{client >> 8}.{client & 255}', 'POST', _PATHS[number % 2])}\n"
            for number, client in enumerate(clients)
        )


def lines_per_second(file: Path) -> float:
    """Lines per second, recognized, unpacked and parsed, in one thread. The faster of two runs."""
    from review.replay import source  # noqa: PLC0415  # imports are not measured
    from review.replay.parse import requests  # noqa: PLC0415
    from review.replay.recognize import recognize  # noqa: PLC0415

    best = 0.0
    for _ in range(2):
        began, found, problems = time.perf_counter(), 0, Counter[str]()
        log = recognize(file, {})
        if log is None:
            raise RuntimeError(f"{file}: holds no line")
        for block in log.envelope.unwrap(source.chunks(file, problems), problems):
            found += len(requests(log.reader.texts(block, problems), problems))
        best = max(best, found / (time.perf_counter() - began))
    return best


def main(lines: int = LINES_EACH) -> int:
    """Print the speed of each format."""
    say = sys.stdout.write
    say(f"\nreading logs, {lines:,} lines each\n")
    with tempfile.TemporaryDirectory() as folder:
        for name in LINES:
            file = Path(folder) / f"{name}.log"
            write_lines(file, name, lines)
            say(f"{name:<20} {lines_per_second(file):>12,.0f} lines/s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
