"""The result of a Logs Insights query as CSV: the lines are in the column `@message`, at any position. In the console's
list of a log group's events the column is `message`, next to `timestamp`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_Insights-Export-Results.html, read 2026-11.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

import polars as pl

from review.replay.envelopes.envelope import Envelope
from review.replay.formats.separated import header
from review.replay.parse import NOT_CSV, readable
from review.replay.source import whole_lines

_MESSAGE = "message"
_TIME = "timestamp"
_TIMES = frozenset({_TIME, f"@{_TIME}"})


def _unwrap(parts: Iterable[bytes], problems: Counter[str], *, with_times: bool) -> Iterator[bytes]:
    names: list[str] = []
    for each in whole_lines(parts, problems):
        block = each
        if not names:
            first, _, block = block.partition(b"\n")
            names = [name.removeprefix("@") for name in header(first)]
        if block.strip():
            yield _messages(block, names, problems, with_times=with_times and _TIME in names)


def _messages(block: bytes, names: list[str], problems: Counter[str], *, with_times: bool) -> bytes:
    schema = dict.fromkeys(names, pl.String())
    line = pl.concat_str(_TIME, _MESSAGE, separator=" ").alias(_MESSAGE) if with_times else pl.col(_MESSAGE)

    def read(lines: bytes) -> pl.DataFrame:
        return pl.read_csv(io.BytesIO(lines), has_header=False, schema=schema, encoding="utf8").select(line)

    def is_line(line: bytes) -> bool:
        try:
            (fields,) = csv.reader([line.decode()], strict=True)
        except (UnicodeDecodeError, ValueError, csv.Error):
            return False
        return len(fields) == len(names)

    found = readable(block, read, is_line, NOT_CSV, {_MESSAGE: pl.String()}, problems)[_MESSAGE].drop_nulls()
    return ("\n".join(found.str.replace_all("\n", " ", literal=True).to_list()) + "\n").encode()


def _recognize(head: bytes) -> bool:
    names = header(head.partition(b"\n")[0])
    return f"@{_MESSAGE}" in names or (_MESSAGE in names and bool(_TIMES & set(names)))


INSIGHTS_CSV, INSIGHTS_CSV_WITH_TIMES = (
    Envelope(
        words="in the CSV of a Logs Insights query",
        document="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_Insights-Export-Results.html",
        recognize=_recognize,
        unwrap=partial(_unwrap, with_times=with_times),
    )
    for with_times in (False, True)
)
