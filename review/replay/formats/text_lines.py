"""Reads plain text with a regular expression that has a group for each of FIELDS."""

import io
import re
from collections import Counter

import polars as pl

from review.replay.formats.format import FIELDS, Reader, Sample

_ENOUGH = 50

NOT_A_LINE = "not a line of the log's format"


def recognize(sample: Sample, pattern: str, *, written_sec: float | None = None) -> Reader | None:
    """A reader if more than half of the sample's first lines match."""
    lines = sample.lines[:_ENOUGH]
    compiled = re.compile(pattern.encode())
    if not lines or sum(bool(compiled.match(line)) for line in lines) * 2 <= len(lines):
        return None
    return reader(pattern, written_sec=written_sec)


def reader(pattern: str, *, written_sec: float | None = None) -> Reader:
    """Read the pattern's groups. Lines that do not match are counted."""
    groups = [name for name in FIELDS if f"(?P<{name}>" in pattern]

    def texts(block: bytes, problems: Counter[str]) -> pl.DataFrame:
        lines = lines_of(block)
        found = lines.str.extract_groups(pattern).struct.unnest()
        unmatched = found["path"].is_null()
        if unmatched.any():
            not_blank = unmatched & (lines.str.strip_chars() != "")
            problems[NOT_A_LINE] += int(not_blank.sum())
            found = found.filter(~unmatched)
        return found.select(groups)

    return Reader(texts=texts, has_keys="key" in groups, written_sec=written_sec)


def lines_of(block: bytes) -> pl.Series:
    """A row for each line. Bytes that are not UTF-8 become the replacement character."""
    options = {"has_header": False, "separator": "\x01", "quote_char": None, "schema": {"line": pl.String()}}
    try:
        return pl.read_csv(io.BytesIO(block), encoding="utf8", truncate_ragged_lines=True, **options)["line"]  # type: ignore[arg-type]
    except pl.exceptions.PolarsError:
        text = block.decode(errors="replace")
        return pl.Series("line", text.removesuffix("\n").split("\n"), dtype=pl.String)
