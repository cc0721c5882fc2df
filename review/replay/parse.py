"""From a block of lines to columns. Whole blocks are read at once; only around a broken line, line by line."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable

import polars as pl

from review.replay.columns import Columns
from settings.observability.access_log import ABSENT

NOT_JSON = "not a JSON object"
NOT_CSV = "not a CSV line with as many fields as the header"
NO_TIME = "no time that can be read, or none between 2000 and 2100"
NO_CLIENT = "no client address"
NO_ROUTE = "no method or no path"

_FEW_LINES = 512
_LONGEST_CLIENT = 64
"""Bytes; an IPv6 address takes 39, and a pseudonym of one may take more."""

# 2000 and 2100, in seconds and by the factor of what is written to them.
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
_MILLISECONDS, _MICROSECONDS = 1_000, 1_000_000

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
        # A quote that stays open would swallow the lines after it, and a line too short gets nulls without a word:
        # such blocks are looked at line by line.
        quotes = lines.count(b'"')
        if quotes % 2 or (not quotes and lines.count(b",") != (len(header) - 1) * lines.count(b"\n")):
            raise pl.exceptions.ComputeError("not every line has the fields of the header")
        return pl.read_csv(io.BytesIO(lines), has_header=False, schema=schema, encoding="utf8").select(wanted)

    def is_line(line: bytes) -> bool:
        try:
            (fields,) = csv.reader([line.decode()], strict=True)
        except (UnicodeDecodeError, ValueError, csv.Error):
            return False
        return len(fields) == len(header)

    some = dict.fromkeys(wanted, pl.String())
    return _typed(_read(block, read, is_line, NOT_CSV, some, problems), columns, problems)


def _read(  # passed on as they are
    block: bytes, read: Read, is_line: IsLine, problem: str, schema: dict[str, pl.String], problems: Counter[str]
) -> pl.DataFrame:
    """Every line that can be read; halves what cannot until the broken lines are found."""
    frame = _whole(block, read)
    if frame is not None:
        return frame
    lines = [line + b"\n" for line in block.split(b"\n") if line.strip()]
    if len(lines) > _FEW_LINES:
        middle = len(lines) // 2
        halves = (b"".join(lines[:middle]), b"".join(lines[middle:]))
        return pl.concat([_read(half, read, is_line, problem, schema, problems) for half in halves])
    good = [line for line in lines if is_line(line)]
    frame = _whole(b"".join(good), read)
    frames = (
        [frame] if frame is not None else [each for each in (_whole(line, read) for line in good) if each is not None]
    )
    problems[problem] += len(lines) - sum(map(len, frames))
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def _whole(lines: bytes, read: Read) -> pl.DataFrame | None:
    """A row for each line, or None."""
    try:
        frame = read(lines)
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        return None
    return frame if len(frame) == lines.count(b"\n") else None


def _is_json_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):  # the client writes part of the line, and may nest it as deep as it likes
        return False


def _typed(frame: pl.DataFrame, columns: Columns, problems: Counter[str]) -> pl.DataFrame:
    """`time` in microseconds, `client`, `route` as `METHOD /path`, `key` or null; lines that lack one left out."""
    key = pl.col(columns.key) if columns.key else pl.lit(None, dtype=pl.String)
    typed = frame.select(
        _microseconds(frame[columns.time]).alias("time"),
        _named(pl.col(columns.ip)).alias("client"),
        pl.concat_str(columns.method, columns.path, separator=" ").alias("route"),
        _named(key).alias("key"),
    )
    for name, problem in (("time", NO_TIME), ("client", NO_CLIENT), ("route", NO_ROUTE)):
        if typed[name].null_count():
            problems[problem] += typed[name].null_count()
            typed = typed.filter(pl.col(name).is_not_null())
    return typed


def _named(text: pl.Expr) -> pl.Expr:
    """Null for what is no name: nothing, `-`, a list or a table of JSON, more than an address takes."""
    is_name = ~text.is_in(["", ABSENT]) & (text.str.len_bytes() <= _LONGEST_CLIENT)
    return pl.when(is_name & ~text.str.starts_with("[") & ~text.str.starts_with("{")).then(text)


def _microseconds(text: pl.Series) -> pl.Series:
    """Since 1970; null where it is no time."""
    numbers = text.cast(pl.Int64, strict=False)
    if not numbers.null_count() and bool(numbers.is_between(_EARLIEST * 1000, _LATEST * 1000).all()):
        return numbers * 1000
    time = pl.col("time")
    number = time.cast(pl.Float64, strict=False)
    seconds = pl.when(number > _LATEST).then(number / _MILLISECONDS).otherwise(number)
    # ISO 8601 without a zone is UTC.
    plain = time.str.replace("T", " ", literal=True)
    read = pl.coalesce(
        (seconds * _MICROSECONDS).round().cast(pl.Int64, strict=False),
        time.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False).dt.epoch("us"),
        plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False).dt.epoch("us"),
        time.str.to_datetime("%d/%b/%Y:%H:%M:%S %z", time_unit="us", strict=False).dt.epoch("us"),
    )
    sane = read.is_between(_EARLIEST * _MICROSECONDS, _LATEST * _MICROSECONDS)
    return text.alias("time").to_frame().select(pl.when(sane).then(read))["time"]
