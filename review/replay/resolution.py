"""How precise a log's times are, judged by their notation and by their values."""

import itertools
import math
import re
from collections import Counter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from review.numbers import duration
from review.replay import source
from review.replay.parse import microseconds
from review.replay.recognize import Recognized

FINE = 0.5
"""Seconds: buckets can use times that are at least this precise."""

_ENOUGH = 32
"""With this many distinct times, it cannot be by chance that all are whole seconds."""

_SHARED = 2
"""Average requests at one moment from which a moment longer than a second is plausible."""

_CROWDED = 20
"""Average requests at one moment that a precise clock is unlikely to give. Then a few moments are enough."""

_BLOCKS = 16
"""How much of a file to look at if its first lines have few moments."""

# Steps to which clocks, bins and spreadsheets round, in seconds.
_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
_MICROSECONDS = 1_000_000
_LATEST_IN_SECONDS = 4_102_444_800

_EXPONENT = re.compile(r"(\d)(?:\.(\d*))?[eE]\+?(\d+)")
_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?")
_CLOCK = re.compile(r"\d{1,2}:\d\d(?P<seconds>:\d\d(?:[.,](?P<fraction>\d+))?)?")
_BIN = re.compile(r"bin\((\d+)\s*([smhd])[a-z]*\)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def resolution(log: Recognized) -> float:
    """Seconds. 0.001 for milliseconds, 60 for a log with minutes only."""
    texts = log.reader.texts(b"".join(line + b"\n" for line in log.sample), Counter())
    said = texts["time"].drop_nulls()
    times = microseconds(said).drop_nulls().to_numpy()
    if not len(times):
        return log.reader.written_sec or FINE
    written = log.reader.written_sec or _written(_as_written(said, log.sample))
    of_bin = _BIN.search(log.reader.columns)
    if of_bin:
        written = max(written, float(of_bin[1]) * _UNITS[of_bin[2]])
    if len(times) >= _CROWDED * len(np.unique(times)):
        times = _more(log)
    return max(written, _common(times, counted=log.reader.has_counts))


def _more(log: Recognized) -> NDArray[np.int64]:
    """Times from further into the file, until there are enough different ones."""
    found = [np.zeros(0, dtype=np.int64)]
    chunks = source.chunks(log.file, Counter())
    for block in itertools.islice(log.envelope.unwrap(chunks, Counter()), _BLOCKS):
        found.append(microseconds(log.reader.texts(block, Counter())["time"]).drop_nulls().to_numpy())
        if len(np.unique(np.concatenate(found))) >= _ENOUGH:
            break
    return np.concatenate(found)


def _as_written(said: pl.Series, sample: tuple[bytes, ...]) -> list[str]:
    """The times as text. A JSON number without quotes has lost its exponent, so it is looked up in the lines."""
    texts = said.to_list()
    lines = "\n".join(line.decode(errors="replace") for line in sample)
    rounded = [
        match[0] for match in _EXPONENT.finditer(lines) if float(match[0]) in set(said.cast(pl.Float64, strict=False))
    ]
    return rounded or texts


def _written(texts: list[str]) -> float:
    """By the number of digits: the finest one, since trailing zeros may be left out."""
    return min((_of_text(text) for text in texts), default=1.0)


def _of_text(text: str) -> float:
    exponent = _EXPONENT.fullmatch(text.strip())
    if exponent:
        unit = 1 if float(text) <= _LATEST_IN_SECONDS else 0.001
        return float(10.0 ** (int(exponent[3]) - len(exponent[2] or "")) * unit)
    number = _NUMBER.fullmatch(text.strip())
    if number:
        unit = 1 if int(number[1]) <= _LATEST_IN_SECONDS else 0.001
        return float(unit * 10.0 ** -len(number[2] or ""))
    clock = _CLOCK.search(text)
    if clock is None:
        return 86_400
    if clock["seconds"] is None:
        return 60
    return float(10.0 ** -len(clock["fraction"] or ""))


def _common(times: NDArray[np.int64], *, counted: bool) -> float:
    """The longest usual step that divides every time; 0 if there is none, or there are too few times to tell."""
    distinct = np.unique(times)
    is_crowded = len(times) >= _CROWDED * len(distinct)
    if len(distinct) < (2 if counted or is_crowded else _ENOUGH):
        return 0.0
    step = math.gcd(*distinct.tolist())
    longest = max((each for each in _STEPS if step % (each * _MICROSECONDS) == 0), default=0)
    return float(longest if counted or len(times) >= _SHARED * len(distinct) else min(longest, 1))


def words(seconds: float) -> str:
    """`milliseconds`, `whole seconds`, `whole minutes`, `steps of 5 min`."""
    if seconds < 0.1:  # noqa: PLR2004  # coarser fractions are named
        return "milliseconds or finer" if seconds <= 0.001 else f"steps of {seconds:g} s"  # noqa: PLR2004  # a millisecond
    if seconds < 1:
        return f"steps of {seconds:g} s"
    usual = {1: "whole seconds", 60: "whole minutes", 3600: "whole hours", 86_400: "whole days"}
    return usual.get(int(seconds), f"steps of {duration(seconds)}")
