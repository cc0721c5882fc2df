"""From a block of lines to columns. Whole blocks are read at once; only around a broken line, line by line."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable

import numpy as np
import polars as pl

from review.replay.columns import Columns

NOT_JSON = "not a JSON object"
NOT_CSV = "not a CSV line with as many fields as the header"
NO_TIME = "no time that can be read"
NO_CLIENT = "no client address"

_FEW_LINES = 512

# Between 2000 and 2100, in milliseconds; a smaller number is seconds.
_EARLIEST, _LATEST = 946_684_800_000, 4_102_444_800_000

Read = Callable[[bytes], pl.DataFrame]
IsLine = Callable[[bytes], bool]


def json_lines(block: bytes, columns: Columns, problems: Counter[str]) -> pl.DataFrame:
    """An access log's JSON lines."""
    schema = dict.fromkeys(columns.names(), pl.String())

    def read(lines: bytes) -> pl.DataFrame:
        return pl.read_ndjson(io.BytesIO(lines), schema=schema)

    return _typed(_read(block, read, _is_json_object, NOT_JSON, schema, problems), columns, problems)


def csv_lines(block: bytes, header: list[str], columns: Columns, problems: Counter[str]) -> pl.DataFrame:
    """A CSV file's lines, without the header."""
    schema = dict.fromkeys(header, pl.String())
    wanted = list(columns.names())

    def read(lines: bytes) -> pl.DataFrame:
        # Quotes open over several lines would swallow them: such blocks are read line by line.
        if lines.count(b'"') % 2:
            raise pl.exceptions.ComputeError("a quote stays open")
        return pl.read_csv(io.BytesIO(lines), has_header=False, schema=schema, encoding="utf8").select(wanted)

    def is_line(line: bytes) -> bool:
        try:
            (fields,) = csv.reader([line.decode()], strict=True)
        except (UnicodeDecodeError, ValueError, csv.Error):
            return False
        return len(fields) == len(header) and line.count(b'"') % 2 == 0

    some = dict.fromkeys(wanted, pl.String())
    return _typed(_read(block, read, is_line, NOT_CSV, some, problems), columns, problems)


def _read(
    block: bytes, read: Read, is_line: IsLine, problem: str, schema: dict[str, pl.String], problems: Counter[str]
) -> pl.DataFrame:
    """Halve what cannot be read until the broken lines are found."""
    try:
        return read(block)
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        lines = block.splitlines(keepends=True)
    if len(lines) > _FEW_LINES:
        middle = len(lines) // 2
        halves = (b"".join(lines[:middle]), b"".join(lines[middle:]))
        return pl.concat([_read(half, read, is_line, problem, schema, problems) for half in halves])
    good = [line for line in lines if line.strip() and is_line(line)]
    problems[problem] += sum(1 for line in lines if line.strip()) - len(good)
    if not good:
        return pl.DataFrame(schema=schema)
    try:
        return read(b"".join(good))
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        if len(good) == 1:
            problems[problem] += 1
            return pl.DataFrame(schema=schema)
        return pl.concat([_read(line, read, is_line, problem, schema, problems) for line in good])


def _is_json_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _typed(frame: pl.DataFrame, columns: Columns, problems: Counter[str]) -> pl.DataFrame:
    """`time` in microseconds, `client`, `route` as `METHOD /path`, `key`; lines without time or client left out."""
    typed = frame.select(
        _microseconds(pl.col(columns.time)).alias("time"),
        pl.col(columns.ip).alias("client"),
        pl.concat_str(
            pl.col(columns.method).str.to_uppercase(), pl.col(columns.path).str.replace(r"\?.*$", ""), separator=" "
        )
        .fill_null("")
        .alias("route"),
        (pl.col(columns.key).fill_null("") if columns.key else pl.lit("")).alias("key"),
    )
    timed = typed.filter(pl.col("time").is_not_null())
    problems[NO_TIME] += len(typed) - len(timed)
    known = timed.filter(pl.col("client").is_not_null() & ~pl.col("client").is_in(["", "-"]))
    problems[NO_CLIENT] += len(timed) - len(known)
    return known


def _microseconds(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    milliseconds = pl.when(number < _EARLIEST).then(number * 1000).otherwise(number)
    plausible = pl.when(milliseconds.is_between(_EARLIEST, _LATEST)).then((milliseconds * 1000).round().cast(pl.Int64))
    iso = text.str.to_datetime(time_unit="us", time_zone="UTC", strict=False, format="%+").dt.epoch("us")
    gateway = text.str.to_datetime("%d/%b/%Y:%H:%M:%S %z", time_unit="us", strict=False).dt.epoch("us")
    return pl.coalesce(plausible, iso, gateway)


def column(frame: pl.DataFrame, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """That column as whole numbers."""
    return frame[name].to_numpy().astype(np.int64, copy=False)
