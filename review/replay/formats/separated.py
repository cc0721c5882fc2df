"""Reads lines of separated values with a header."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from review.refusal import ReviewError
from review.replay.formats.count_columns import refuse_uncounted
from review.replay.formats.format import REQUIRED, TOKEN_FIELDS, Reader
from review.replay.occurrences import occurrences
from review.replay.parse import NOT_CSV, readable
from review.replay.printable import listed

COMMENT = "#"


def header(line: bytes, separator: str = ",") -> list[str]:
    """Split a file's first line into names."""
    try:
        (names,) = csv.reader([line.decode("utf-8-sig", errors="replace").strip("\r\n")], delimiter=separator)
    except (ValueError, csv.Error):
        return []
    return [name.strip() for name in names]


def chosen_columns(names: Sequence[str], said: Mapping[str, str], usual: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each of FIELDS that the header has: its column, or two columns joined by `+`.

    Capitals matter only in names that the user gives.
    """
    chosen = {}
    in_any_case = {name.lower(): name for name in reversed(names)}
    for what, candidates in {**dict.fromkeys(said, ()), **usual}.items():
        for name in [said[what]] if what in said else candidates:
            if name in names or all(part in names for part in name.split("+")):
                chosen[what] = name
                break
            if what not in said and name.lower() in in_any_case:
                chosen[what] = in_any_case[name.lower()]
                break
    return chosen


def reader(  # noqa: C901  # two functions of it are for the blocks
    names: list[str],
    chosen: Mapping[str, str],
    first: bytes,
    *,
    separator: str = ",",
    has_quotes: bool = True,
    padded: bool = False,
) -> Reader:
    """Read these columns. The header, repeated at the beginning of each file, is not a request. Raises ReviewError.

    `padded`: there are spaces around the values.
    """
    used = {part for name in chosen.values() for part in ([name] if name in names else name.split("+"))}
    if any(names.count(name) > 1 for name in used):
        raise ReviewError(f"two columns have the same name: {listed(names)}")
    if "count" not in chosen:
        refuse_uncounted(names)
    # Columns that nobody reads may have the same name, or none.
    schema = {name if name in used else f"{number} {name}": pl.String() for number, name in enumerate(names)}
    wanted = [_expression(name, names).alias(what) for what, name in chosen.items()]
    if padded:
        wanted = [each.str.strip_chars() for each in wanted]
    sought = separator.encode()
    quote = '"' if has_quotes else None

    def read(lines: bytes) -> pl.DataFrame:
        # An unclosed quote would include the following lines, and a line that is too short is silently filled with
        # nulls. Such blocks are checked line by line.
        quotes = occurrences(b'"', lines) if quote else 0
        separators = (len(names) - 1) * occurrences(b"\n", lines)
        if quotes % 2 or (not quotes and occurrences(sought, lines) != separators):
            raise pl.exceptions.ComputeError("not every line has the fields of the header")
        frame = pl.read_csv(
            io.BytesIO(lines), has_header=False, schema=schema, encoding="utf8", separator=separator, quote_char=quote
        )
        return frame.select(wanted)

    def is_line(line: bytes) -> bool:
        try:
            if quote is None:
                return line.decode().count(separator) == len(names) - 1
            (fields,) = csv.reader([line.decode()], strict=True, delimiter=separator)
        except (UnicodeDecodeError, ValueError, csv.Error):
            return False
        return len(fields) == len(names)

    def texts(block: bytes, problems: Counter[str]) -> pl.DataFrame:
        some = dict.fromkeys(chosen, pl.String())
        lines = _without_header(block, first)
        if not lines.strip():
            return pl.DataFrame(schema=some)
        return readable(lines, read, is_line, NOT_CSV, some, problems)

    return Reader(
        texts=texts,
        columns=", ".join(f"{what}={name}" for what, name in chosen.items()),
        fields=dict(chosen),
        has_keys="key" in chosen,
        has_counts="count" in chosen,
        token_fields=tuple(what for what in TOKEN_FIELDS if what in chosen),
    )


def missing_columns(names: Sequence[str], said: Mapping[str, str], chosen: Mapping[str, str]) -> None:
    """Raise ReviewError if the header lacks a required column, or one in `--columns`."""
    lacks = [said.get(what, what) for what in dict.fromkeys((*REQUIRED, *said)) if what not in chosen]
    if lacks:
        raise ReviewError(f"no column {', '.join(lacks)}; it has {listed(names)}; --columns says which is which")


def _expression(name: str, names: Sequence[str]) -> pl.Expr:
    if name in names:
        return pl.col(name)
    return pl.concat_str(*name.split("+"), separator=" ")


def _without_header(block: bytes, first: bytes) -> bytes:
    if not first:
        return block
    return block[len(first) :].removeprefix(b"\r").removeprefix(b"\n") if block.startswith(first) else block
