"""Converts a log's texts to times, clients, routes and keys, in whole blocks."""

from collections import Counter
from collections.abc import Callable

import polars as pl

from review.replay.occurrences import occurrences
from settings.observability.access_log import ABSENT

NOT_JSON = "not a JSON object"
NOT_CSV = "not a CSV line with as many fields as the header"
NO_TIME = "no time that can be read, or none between 2000 and 2100"
KNOWN_TIMES = "seconds or milliseconds since 1970, ISO 8601, or 02/Mar/2026:08:26:40 +0000"
NO_CLIENT = "no client address"
NO_ROUTE = "no method or no path"
NO_COUNT = "no count that can be read"

_FEW_LINES = 512
_LONGEST_CLIENT = 64
"""Bytes of a client's name. An IPv6 address has 39, and a pseudonym of one may have more."""

_MOST_COUNTED = 10_000_000
"""Requests that one row can count."""

# 2000 and 2100, in seconds and multiplied by the factor for their notation.
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
_MILLISECONDS, _MICROSECONDS = 1_000, 1_000_000

_CLF_TIME = "%d/%b/%Y:%H:%M:%S %z"

Read = Callable[[bytes], pl.DataFrame]
IsLine = Callable[[bytes], bool]


def readable(  # passed on unchanged
    block: bytes, read: Read, is_line: IsLine, problem: str, schema: dict[str, pl.String], problems: Counter[str]
) -> pl.DataFrame:
    """Parse every readable line. A block that cannot be parsed is halved until the broken lines are found."""
    frame = _whole(block, read)
    if frame is not None:
        return frame
    lines = [line + b"\n" for line in block.split(b"\n") if line.strip()]
    if len(lines) > _FEW_LINES:
        middle = len(lines) // 2
        halves = (b"".join(lines[:middle]), b"".join(lines[middle:]))
        return pl.concat([readable(half, read, is_line, problem, schema, problems) for half in halves])
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
    return frame if len(frame) == occurrences(b"\n", lines) else None


def requests(texts: pl.DataFrame, problems: Counter[str]) -> pl.DataFrame:
    """`time` in microseconds, `client`, `route` as `METHOD /path`, `key` or null, `count`, without incomplete rows.

    `count`, and what they say of tokens, exist only if the texts have them.
    """
    key = pl.col("key") if "key" in texts.columns else pl.lit(None, dtype=pl.String)
    columns = [
        microseconds(texts["time"]).alias("time"),
        _named(pl.col("ip")).alias("client"),
        pl.concat_str("method", "path", separator=" ").alias("route"),
        _named(key).alias("key"),
    ]
    needed = [("time", NO_TIME), ("client", NO_CLIENT), ("route", NO_ROUTE)]
    if "count" in texts.columns:
        number = pl.col("count").str.replace_all(",", "").cast(pl.Float64, strict=False)
        whole = number.is_between(0, _MOST_COUNTED) & (number == number.round())
        columns.append(pl.when(whole).then(number).cast(pl.Int64).alias("count"))
        needed.append(("count", NO_COUNT))
    columns += [pl.col(name) for name in ("request", "model") if name in texts.columns]
    columns += [_whole_number(name, factor) for name, factor in _NUMBERS.items() if name in texts.columns]
    typed = texts.select(columns)
    for name, problem in needed:
        if typed[name].null_count():
            problems[problem] += typed[name].null_count()
            typed = typed.filter(pl.col(name).is_not_null())
    return typed


_NUMBERS = {"input_tokens": 1, "output_tokens": 1, "milliseconds": 1, "seconds": _MILLISECONDS}
"""Columns of tokens and durations, and what makes whole numbers of them."""


def _whole_number(name: str, factor: int) -> pl.Expr:
    """Null for anything that is not a number. Seconds become milliseconds."""
    number = pl.col(name).cast(pl.Float64, strict=False) * factor
    return pl.when(number.is_finite()).then(number.round()).cast(pl.Int64, strict=False).alias(name)


def _named(text: pl.Expr) -> pl.Expr:
    """Null for anything that is not a name: empty text, `-`, a JSON list or object, more bytes than an address has."""
    is_name = ~text.is_in(["", ABSENT]) & (text.str.len_bytes() <= _LONGEST_CLIENT)
    return pl.when(is_name & ~text.str.starts_with("[") & ~text.str.starts_with("{")).then(text)


def microseconds(text: pl.Series) -> pl.Series:
    """Since 1970; null if it is not a time."""
    numbers = text.cast(pl.Int64, strict=False)
    if not numbers.null_count() and bool(numbers.is_between(_EARLIEST * 1000, _LATEST * 1000).all()):
        return numbers * 1000
    clf = _clf(text)
    if clf is not None:
        return clf
    time = pl.col("time")
    number = time.cast(pl.Float64, strict=False)
    seconds = pl.when(number > _LATEST).then(number / _MILLISECONDS).otherwise(number)
    # ISO 8601 without a time zone is UTC, which Logs Insights and CloudFront write.
    plain = time.str.replace("T", " ", literal=True).str.strip_suffix("Z")
    read = pl.coalesce(
        (seconds * _MICROSECONDS).round().cast(pl.Int64, strict=False),
        time.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False).dt.epoch("us"),
        plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False).dt.epoch("us"),
        plain.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False).dt.epoch("us"),
        time.str.to_datetime(_CLF_TIME, time_unit="us", strict=False).dt.epoch("us"),
    )
    found = text.alias("time").to_frame().select(pl.when(_is_sane(read)).then(read))["time"]
    unread = found.is_null() & text.is_not_null()
    return found.scatter(unread.arg_true(), _unusual(text.filter(unread))) if unread.any() else found


def _unusual(text: pl.Series) -> pl.Series:
    """Times in other notations, of which none can be mistaken for another.

    `2026-01-05 09:00:00,123`, `2026/01/05 09:00`, `2026-01-05`, `20260105T090000Z`, RFC 2822, in brackets, with commas
    between thousands, in micro- or nanoseconds.
    """
    clean = pl.col("time").str.strip_chars(" []\"'")
    plain = (
        clean.str.replace("T", " ", literal=True)
        .str.strip_suffix("Z")
        .str.replace(r"^(\d{4})/(\d\d)/(\d\d)", "$1-$2-$3")
        .str.replace(r"(:\d\d),(\d+)$", "$1.$2")
    )
    number = clean.str.replace_all(r",(\d{3})", "$1").cast(pl.Int64, strict=False)
    units = [
        pl.when(number.is_between(_EARLIEST * unit, _LATEST * unit)).then(number * 1_000_000 // unit)
        for unit in (1, 10**3)
    ]
    units += [
        pl.when(number.is_between(_EARLIEST * unit, _LATEST * unit)).then(number // (unit // 10**6))
        for unit in (10**6, 10**9)
    ]
    read = pl.coalesce(
        *units,
        *(
            plain.str.to_datetime(form, time_unit="us", strict=False).dt.epoch("us")
            for form in ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y%m%d %H%M%S")
        ),
        *(
            (plain + more).str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False).dt.epoch("us")
            for more in (":00", " 00:00")
        ),
        *(
            clean.str.to_datetime(form, time_unit="us", strict=False).dt.epoch("us")
            for form in (_CLF_TIME, "%a, %d %b %Y %H:%M:%S %z")
        ),
    )
    return text.alias("time").to_frame().select(pl.when(_is_sane(read)).then(read))["time"]


def _clf(text: pl.Series) -> pl.Series | None:
    """Parse a block of `09/Apr/2026:12:34:56 +0000`; None if one of them is something else."""
    first = text.drop_nulls().head(1)
    if not len(first) or "/" not in first[0]:
        return None
    read = text.str.to_datetime(_CLF_TIME, time_unit="us", strict=False).dt.epoch("us")
    return read if not read.null_count() and bool(_is_sane(read).all()) else None


def _is_sane(time: pl.Expr | pl.Series) -> pl.Expr | pl.Series:
    return time.is_between(_EARLIEST * _MICROSECONDS, _LATEST * _MICROSECONDS)
