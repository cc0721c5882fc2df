"""CloudFront's standard log, and any other in the W3C's extended format: `#Fields:` names the columns.

    #Version: 1.0
    #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status ...

Tabs separate the values, unless the log is set up with another delimiter. Date and time are two columns, in UTC and to
the second.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html, read 2026-11.
"""

import re
from collections import Counter
from dataclasses import replace

import polars as pl

from review.refusal import ReviewError
from review.replay.formats import separated
from review.replay.formats.format import Format, Reader, Sample

_NAMES = {
    "time": ("timestamp(ms)", "date+time", "timestamp"),
    "ip": ("c-ip",),
    "method": ("cs-method",),
    "path": ("cs-uri-stem",),
    "key": (),
    "count": (),
}
_FIELDS = b"#Fields:"


def _recognize(sample: Sample) -> Reader | None:
    named = next((line for line in sample.lines if line.startswith(_FIELDS)), None)
    if named is None:
        return None
    names = named.removeprefix(_FIELDS).decode(errors="replace").split()
    chosen = separated.chosen_columns(names, sample.said, _NAMES)
    separated.missing_columns(names, sample.said, chosen)
    data = [line for line in sample.lines if not line.startswith(b"#")]
    # Who sets up the log chooses the delimiter.
    separator = max(
        _SEPARATORS, key=lambda each: sum(line.count(each.encode()) == len(names) - 1 for line in data[:_ENOUGH])
    )
    found = separated.reader(names, chosen, b"", separator=separator, has_quotes=separator not in "\t ")
    return replace(
        found,
        texts=lambda block, problems: _texts(found, block, problems),
        written_sec=1 if chosen["time"] == "date+time" else None,
    )


_SEPARATORS = ("\t", " ", ",", ";", "|")


def is_meant(sample: Sample) -> None:
    """Raise ReviewError if it looks like CloudFront's log without the names of its fields, as a real-time log is."""
    if any(_WITHOUT_FIELDS.match(line) for line in sample.lines[:_ENOUGH]):
        raise ReviewError(
            "looks like a CloudFront log without the names of its fields; put a first line in front of it, "
            "`#Fields: timestamp c-ip ...`, with the fields of the log's configuration in their order"
        )


_ENOUGH = 50
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html, read 2026-11.
_WITHOUT_FIELDS = re.compile(rb"(?:\d{10}\.\d{3}|\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d)\t\S+\t")


def _texts(found: Reader, block: bytes, problems: Counter[str]) -> pl.DataFrame:
    if block.startswith(b"#") or b"\n#" in block:
        block = b"".join(line for line in block.splitlines(keepends=True) if not line.startswith(b"#"))
    return found.texts(block, problems)


CLOUDFRONT = Format(
    name="cloudfront",
    words="a CloudFront standard log",
    document="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html",
    recognize=_recognize,
)
