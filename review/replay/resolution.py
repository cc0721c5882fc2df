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

_MANY = 0.25
"""The share of coarser times that cannot be trailing zeros."""

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
_THOUSANDS = re.compile(r",(?=\d{3}\b)")
_FORMS = (
    (re.compile(r"\d{8}T\d{6}Z?"), 1.0),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d"), 3600.0),
    (re.compile(r"\d{4}[-/]\d\d[-/]\d\d"), 86_400.0),
)

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html, read 2026-11.
_BIN = re.compile(r"(?:bin|datefloor|dateceil)\((?:[^()]*,)?\s*(\d+)\s*([a-z]+)\)")
_UNITS = {
    name: seconds
    for seconds, names in (
        (0.001, "millisecond ms msec"),
        (1, "second s sec"),
        (60, "minute m min"),
        (3600, "hour h hr"),
        (86_400, "day d"),
        (604_800, "week w"),
        (2_592_000, "month mo mon"),
        (7_776_000, "quarter q qtr"),
        (31_536_000, "year y yr"),
    )
    for name in names.split()
}


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
        written = max(written, int(of_bin[1]) * _UNITS.get(of_bin[2], _UNITS.get(of_bin[2].removesuffix("s"), 0)))
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
    """By the number of digits: the finest one, since trailing zeros may be left out, which happens to one in ten.

    If more are coarser, the log has times of two kinds, such as those of two servers, and the coarser ones count.
    """
    counts = Counter(_of_text(text) for text in texts)
    return next((each for each in sorted(counts, reverse=True) if counts[each] >= _MANY * len(texts)), 1.0)


def _of_text(text: str) -> float:
    plain = text.strip(" []\"'")
    exponent = _EXPONENT.fullmatch(plain)
    if exponent:
        return float(10.0 ** (int(exponent[3]) - len(exponent[2] or "")) * _unit(float(plain)))
    number = _NUMBER.fullmatch(_THOUSANDS.sub("", plain))
    if number:
        return float(_unit(float(number[1])) * 10.0 ** -len(number[2] or ""))
    usual = next((seconds for form, seconds in _FORMS if form.fullmatch(plain)), None)
    if usual is not None:
        return usual
    clock = _CLOCK.search(text)
    if clock is None:
        return 86_400
    if clock["seconds"] is None:
        return 60
    return float(10.0 ** -len(clock["fraction"] or ""))


def _unit(number: float) -> float:
    """Seconds of its last digit, by its size: a time is in seconds, milli-, micro- or nanoseconds since 1970."""
    return next(unit for unit in (1, 1e-3, 1e-6, 1e-9, 0) if number * unit <= _LATEST_IN_SECONDS)


def _common(times: NDArray[np.int64], *, counted: bool) -> float:
    """The longest usual step that divides every time; 0 if there is none, or there are too few times to tell."""
    distinct = np.unique(times)
    is_crowded = len(times) >= _CROWDED * len(distinct)
    if len(distinct) < (1 if counted else 2 if is_crowded else _ENOUGH):
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
