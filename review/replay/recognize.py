"""Recognizes a log's format by its first lines."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.refusal import ReviewError
from review.replay import source
from review.replay.envelopes.bare import BARE
from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.insights_csv import INSIGHTS_CSV_WITH_TIMES
from review.replay.envelopes.known import ENVELOPES
from review.replay.envelopes.query_results import QUERY_RESULTS_WITH_TIMES
from review.replay.formats import cloudfront, csv_with_header, json_lines, json_of_any_kind
from review.replay.formats.format import Format, Reader, Sample
from review.replay.formats.known import FORMATS
from review.replay.not_text import not_text
from review.replay.printable import printable

_LINES = 1000
"""How much of a file to look at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognized:
    """The recognized format of a file."""

    file: Path
    format: Format
    envelope: Envelope
    reader: Reader
    sample: tuple[bytes, ...]
    """The first lines, without the envelope."""

    @property
    def words(self) -> str:
        """In words, with the fields that are used."""
        parts = [self.format.words, self.envelope.words, source.encoding(self.file)]
        said = ", ".join(part for part in parts if part)
        return f"{said} ({printable(self.reader.columns)})" if self.reader.columns else said


def format_names() -> str:
    """The allowed values of `--log-format`."""
    return ", ".join(each.name for each in FORMATS)


def said_format(log_format: str, *, csv: bool | None) -> str:
    """The format's name from `--log-format`, `--csv` or `--json-lines`; empty without any of them.

    Raises ReviewError if `--log-format` and one of the others are given.
    """
    if csv is None:
        return log_format
    if log_format:
        raise ReviewError("--log-format and --csv or --json-lines: name one of the two")
    return csv_with_header.CSV.name if csv else json_of_any_kind.JSON.name


def recognize(file: Path, said: Mapping[str, str], log_format: str = "", *, tokens: bool = False) -> Recognized | None:
    """Recognize the file; None if it has no line. `tokens`: read those too.

    Raises ReviewError if its format is unknown.
    """
    try:
        return _recognized(file, said, log_format, tokens=tokens)
    except ReviewError as error:
        words = str(error)
        raise ReviewError(words if words.startswith(file.as_posix()) else f"{file.as_posix()}: {words}") from None


def _recognized(file: Path, said: Mapping[str, str], log_format: str, *, tokens: bool) -> Recognized | None:
    formats = tuple(each for each in FORMATS if log_format in ("", each.name))
    if not formats:
        raise ReviewError(f"--log-format {log_format}: must be one of {format_names()}")
    beginning = source.head(file)
    other = not_text(beginning)
    if other:
        raise ReviewError(other)
    if not beginning.strip() or _NO_EVENTS.match(beginning):
        return None
    samples = []
    for envelope in ENVELOPES:
        if envelope.recognize(beginning):
            sample = Sample(lines=first_lines(envelope, beginning), said=said, tokens=tokens)
            samples.append(sample)
            for each in formats if sample.lines else ():
                reader = each.recognize(sample)
                if reader is not None:
                    if said and not reader.fields:
                        raise ReviewError(f"--columns: the fields of {each.words} have no names")
                    return Recognized(file=file, format=each, envelope=envelope, reader=reader, sample=sample.lines)
            if not sample.lines and envelope in _OF_QUERIES:
                return None
    _refuse(file, _best(samples), log_format, formats[0])
    return None


def _best(samples: Sequence[Sample]) -> Sample:
    """The one that shows what the log has: JSON objects out of an envelope, or the bare lines."""
    return next((each for each in samples[1:] if json_lines.objects(each.lines)), samples[0])


_OF_QUERIES = (INSIGHTS_CSV_WITH_TIMES, QUERY_RESULTS_WITH_TIMES)
"""Envelopes that a file without a single line can have."""

_NO_EVENTS = re.compile(rb'\s*(?:\[\s*\]|\{\s*"(?:events|results|logEvents|Records|records)"\s*:\s*\[\s*\])')


def _refuse(file: Path, sample: Sample, log_format: str, named: Format) -> None:
    """Raise ReviewError, with what the log lacks if it is CSV or JSON."""
    if any(b"\0" in line for line in sample.lines):
        raise ReviewError("is not text in UTF-8 or UTF-16")
    if log_format == "csv" or (not log_format and (".csv" in file.suffixes or csv_with_header.looks_so(sample))):
        csv_with_header.is_meant(sample)
    if log_format in {"", "cloudfront"}:
        cloudfront.is_meant(sample)
    if log_format in {"", "json"}:
        json_of_any_kind.is_meant(sample)
    if log_format:
        raise ReviewError(f"is not {named.words} (--log-format {log_format}; {named.document})")
    raise ReviewError(
        f"has no format that replay knows ({format_names()}). docs/simulation.md describes them; another log can be "
        "converted to CSV with the columns time, ip, method and path"
    )


def first_lines(envelope: Envelope, beginning: bytes) -> tuple[bytes, ...]:
    """The first lines, without the one that is cut off at the end of the sample."""
    whole, newline, _ = beginning.rpartition(b"\n")
    usable = whole + newline if len(beginning) == source.HEAD and envelope.unwrap is BARE.unwrap else beginning
    block = b"".join(envelope.unwrap([usable], Counter()))
    return tuple(line.rstrip(b"\r") for line in block.split(b"\n") if line.strip())[:_LINES]
