"""Combines log files into one stream of requests in order of time.

The streams of a log group are files that cover the same hours: CloudWatch's export to S3 has a folder for each. A file
is therefore opened when the others have reached its first request, and overlapping files are read in parallel.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from review.replay import source
from review.replay.envelopes.insights_csv import INSIGHTS_CSV, INSIGHTS_CSV_WITH_TIMES
from review.replay.envelopes.query_results import QUERY_RESULTS, QUERY_RESULTS_WITH_TIMES
from review.replay.order import Columns, InOrder, none
from review.replay.parse import microseconds, requests
from review.replay.recognize import Recognized
from review.replay.spread import Spread

_MOST_AT_ONCE = 2_000_000
"""The most requests that rows of counts are expanded to at once."""

_SMALLEST_BLOCK = 256 * 1024
_NEVER = np.iinfo(np.int64).max

Numbered = Callable[[pl.DataFrame], Columns]


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """A file, its recognized format, and the precision of its times."""

    log: Recognized
    resolution_sec: float


@dataclass(kw_only=True, slots=True)
class Disorder:
    """The requests that were out of order."""

    ahead: int = 0
    late: int = 0
    put_back: int = 0


class Stream:
    """Reads all inputs once."""

    def __init__(
        self,
        inputs: Sequence[Input],
        problems: Counter[str],
        numbered: Numbered,
        *,
        tolerance_sec: float,
        heard: Callable[[int, int], None],
        ahead: Executor,
    ) -> None:
        self._inputs, self._problems, self._numbered = inputs, problems, numbered
        self._tolerance_sec, self._heard, self._ahead = tolerance_sec, heard, ahead
        self._read_of = [0] * len(inputs)
        self._size = sum(each.log.file.stat().st_size for each in inputs)
        self._block = source.BLOCK
        self.disorder = Disorder()

    def all(self) -> Iterator[Columns]:
        """The requests in order of time."""
        if len(self._inputs) <= 1:
            for index in range(len(self._inputs)):
                yield from self._of(index)
        else:
            yield from self._merged()
        self._heard(self._size, self._size)

    def _merged(self) -> Iterator[Columns]:
        """Read the file that is furthest behind, until all are done."""
        firsts = [_first_time(each) for each in self._inputs]
        opened: dict[int, Iterator[Columns]] = {}
        reached = [first - round(self._tolerance_sec * 1e6) for first in firsts]
        known, gone = none(), np.iinfo(np.int64).min
        while min(reached) < _NEVER:
            index = int(np.argmin(reached))
            still = sum(1 for at in opened if reached[at] < _NEVER)
            # One or two blocks of each open file are in memory.
            self._block = min(source.BLOCK, max(_SMALLEST_BLOCK, source.BLOCK // max(1, still)))
            more = next(opened.setdefault(index, self._of(index)), None)
            if more is None:
                reached[index] = _NEVER
                opened[index] = iter(())
            elif len(more.time):
                reached[index] = max(reached[index], int(more.time[-1]))
                known = known.then(more)
            if (np.diff(known.time) < 0).any():
                known = known.at(np.argsort(known.time, kind="stable"))
            cut = int(np.searchsorted(known.time, min(reached), side="right"))
            ready, known = known.at(slice(cut)), known.at(slice(cut, None))
            late = int(np.searchsorted(ready.time, gone, side="left"))
            self.disorder.late += late
            if len(ready.time) > late:
                yield ready.at(slice(late, None))
                gone = int(ready.time[-1])

    def _of(self, index: int) -> Iterator[Columns]:
        """The requests of one file, in order."""
        each = self._inputs[index]
        reader, spread = each.log.reader, Spread(each.resolution_sec, interleave=each.log.reader.has_counts)
        frames = self._parsed_ahead(index)
        if _is_to_be_sorted(each):
            known = none()
            for frame in frames:
                for part in _repeated(frame):
                    known = known.then(self._numbered(part))
            yield spread.add(known.at(np.argsort(known.time, kind="stable")))
        else:
            order = InOrder(self._tolerance_sec)
            for frame in frames:
                for part in _repeated(frame) if reader.has_counts else (frame,):
                    yield spread.add(order.add(self._numbered(part)))
            yield spread.add(order.rest())
            self.disorder.ahead += order.ahead
            self.disorder.late += order.late
            self.disorder.put_back += order.put_back
        yield spread.rest()

    def _parsed_ahead(self, index: int) -> Iterator[pl.DataFrame]:
        """One block is parsed while the previous one is decided. Both release the GIL."""
        parsed = self._parsed(index)
        coming = self._ahead.submit(next, parsed, None)
        while (frame := coming.result()) is not None:
            coming = self._ahead.submit(next, parsed, None)
            yield frame

    def _parsed(self, index: int) -> Iterator[pl.DataFrame]:
        log = self._inputs[index].log

        def read(at: int) -> None:
            self._read_of[index] = at
            self._heard(sum(self._read_of), self._size)

        chunks = source.chunks(log.file, self._problems, read, self._block)
        for block in log.envelope.unwrap(chunks, self._problems):
            yield requests(log.reader.texts(block, self._problems), self._problems)


def _repeated(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A row for each request, if the rows are counts."""
    if "count" not in frame.columns:
        yield frame
        return
    part = frame["count"].cum_sum() // _MOST_AT_ONCE
    for number in part.unique(maintain_order=True).to_list():
        rows = frame.filter(part == number)
        yield rows.drop("count")[np.repeat(np.arange(len(rows)), rows["count"].to_numpy())]


def _sampled(each: Input) -> NDArray[np.int64]:
    """The times of the first lines, in microseconds."""
    texts = each.log.reader.texts(b"".join(line + b"\n" for line in each.log.sample), Counter())
    return np.asarray(microseconds(texts["time"]).drop_nulls().to_numpy(), dtype=np.int64)


def _first_time(each: Input) -> int:
    times = _sampled(each)
    return int(times.min()) if len(times) else 0


_RESULTS_OF_QUERIES = (INSIGHTS_CSV, INSIGHTS_CSV_WITH_TIMES, QUERY_RESULTS, QUERY_RESULTS_WITH_TIMES)


def _is_to_be_sorted(each: Input) -> bool:
    """Whether the log is newest first or unordered: the result of a query, rows of counts."""
    if each.log.reader.has_counts or each.log.envelope in _RESULTS_OF_QUERIES:
        return True
    times = _sampled(each)
    steps = np.diff(times)
    backwards = steps < 0
    # More steps backward than forward: newest first. A slow answer causes one step backward and one forward.
    return bool(backwards.sum() * 2 > (steps != 0).sum()) and bool(times[0] > times[-1])
