"""CloudFront's standard log, and any other in the W3C's extended format: `#Fields:` names the columns.

    #Version: 1.0
    #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status ...

Tabs separate the values, date and time are two columns, in UTC and to the second.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html, read 2026-11.
"""

from collections import Counter

import polars as pl

from review.replay.formats import separated
from review.replay.formats.format import REQUIRED, Format, Reader, Sample

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
    if any(what not in chosen for what in REQUIRED):
        return None
    data = next((line for line in sample.lines if not line.startswith(b"#")), b"\t")
    found = separated.reader(names, chosen, b"", separator="\t" if b"\t" in data else " ")
    return Reader(
        texts=lambda block, problems: _texts(found, block, problems),
        columns=found.columns,
        has_keys=found.has_keys,
        written_sec=1 if chosen["time"] == "date+time" else None,
    )


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
