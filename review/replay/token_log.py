"""The log of the function in front of a model: a line for each request, with its id and its tokens.

constructs/gateway/metered_function/metrics.mjs writes it, in embedded metric format. Between these lines are Lambda's
own, and in Lambda's text format a time and two words are before each.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from review.replay import source
from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.known import ENVELOPES
from review.replay.recognize import first_lines

WORDS = "the log of the function in front of the model"
UNREADABLE = "line of the function without a request's id or tokens"

_LINE = re.compile(rb'\{"_aws":.*\}')
_MOST = 10**12
_KINDS = ("input", "cached_input", "cache_write", "output")
_SCHEMA = {
    "requestId": pl.String(),
    "TokensReserved": pl.Float64(),
    "TokensUsed": pl.Float64(),
    "model": pl.String(),
    "usage": pl.Struct(dict.fromkeys(_KINDS, pl.Float64())),
}
_MARK = b'"TokensReserved"'

COLUMNS = ("reserved", "input", "cached", "output", "said_model")
"""Of a request, by its id. A request whose usage nobody said counts what was reserved, as the function has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenLog:
    """One file of it."""

    file: Path
    envelope: Envelope


def token_log(file: Path) -> TokenLog | None:
    """None if the file is something else. Raises ReviewError if it cannot be read."""
    beginning = source.head(file)
    for envelope in ENVELOPES:
        if envelope.recognize(beginning) and any(
            _MARK in each for line in first_lines(envelope, beginning) for each in _LINE.findall(line)
        ):
            return TokenLog(file=file, envelope=envelope)
    return None


def read_token_logs(logs: Sequence[TokenLog], problems: Counter[str]) -> pl.DataFrame:
    """`request` and COLUMNS, a row for each request. All of them are in memory: about 100 bytes each."""
    frames = [frame for each in logs for frame in _frames(each, problems)]
    empty = pl.DataFrame(
        schema={"request": pl.String()} | dict.fromkeys(COLUMNS[:-1], pl.Int64()) | {"said_model": pl.String()}
    )
    return pl.concat([empty, *frames]).unique(subset="request", keep="first", maintain_order=True)


def _frames(log: TokenLog, problems: Counter[str]) -> Iterator[pl.DataFrame]:
    chunks = source.chunks(log.file, problems)
    for block in log.envelope.unwrap(chunks, problems):
        lines = [line for line in _LINE.findall(block) if _MARK in line]
        if lines:
            frame = _read(lines)
            problems[UNREADABLE] += len(lines) - len(frame)
            yield frame


def _read(lines: Sequence[bytes]) -> pl.DataFrame:
    try:
        frame = pl.read_ndjson(io.BytesIO(b"\n".join(lines) + b"\n"), schema=_SCHEMA)
    except pl.exceptions.PolarsError:
        if len(lines) == 1:
            return _read([b"{}"])
        # Halves until the broken line is found.
        middle = len(lines) // 2
        return pl.concat([_read(lines[:middle]), _read(lines[middle:])])
    usage = {kind: _count(pl.col("usage").struct.field(kind)).fill_null(0) for kind in _KINDS}
    is_said = pl.col("usage").struct.field("input").is_not_null() | pl.col("usage").struct.field("output").is_not_null()
    reserved, used = _count(pl.col("TokensReserved")), _count(pl.col("TokensUsed"))
    # Cache writes are input that is paid for otherwise; a replay counts them as input.
    given = usage["input"] + usage["cached_input"] + usage["cache_write"]
    whole = frame.select(
        pl.col("requestId").alias("request"),
        reserved.alias("reserved"),
        pl.when(is_said).then(given).otherwise(pl.coalesce(used, reserved)).alias("input"),
        pl.when(is_said).then(usage["cached_input"]).otherwise(0).alias("cached"),
        pl.when(is_said).then(usage["output"]).otherwise(0).alias("output"),
        pl.col("model").alias("said_model"),
    )
    return whole.filter(pl.col("request").is_not_null() & pl.col("reserved").is_not_null())


def _count(number: pl.Expr) -> pl.Expr:
    """A number of tokens; null for what is none."""
    return pl.when(number.is_between(0, _MOST)).then(number).cast(pl.Int64, strict=False)
