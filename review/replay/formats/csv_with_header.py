"""CSV whose first line names the columns: the export of a query, a spreadsheet, or a table of your own.

A spreadsheet separates the columns with semicolons where the comma is in numbers; other programs with tabs or `|`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from review.replay.formats import separated
from review.replay.formats.format import REQUIRED, Format, Reader, Sample
from review.replay.formats.request_line import with_request_line

NAMES = {
    "time": (
        "date+time", "time", "requestTimeEpoch", "requestTime", "timestamp", "ts", "@timestamp", "datetime",
        "request_time_epoch", "start_time", "startTime",
    ),
    "ip": ("ip", "sourceIp", "client_ip", "clientIp", "client", "remote_addr", "c-ip", "httpRequest.clientIp",
           "source_ip", "src_ip", "remote_ip", "ip_address", "remote_host"),
    "method": ("method", "httpMethod", "cs-method", "verb", "httpRequest.httpMethod", "http_method", "request_method",
               "request"),
    "path": ("path", "resourcePath", "uri", "url", "route", "cs-uri-stem", "httpRequest.uri", "request_path",
             "resource_path", "request_uri", "endpoint", "request"),
    "key": ("key", "apiKeyId"),
    "count": (),
    "request": ("requestId", "request_id"),
    "input_tokens": ("input_tokens", "prompt_tokens", "usage.input_tokens", "usage.prompt_tokens"),
    "output_tokens": ("output_tokens", "completion_tokens", "usage.output_tokens", "usage.completion_tokens"),
    "model": ("model", "model_id", "modelId"),
    "milliseconds": ("responseLatency", "latency_ms", "duration_ms"),
    "seconds": ("request_time", "duration"),
}  # fmt: skip


def _recognize(sample: Sample) -> Reader | None:
    separator, names, chosen = _columns(sample)
    # A line of data is unlikely to have fields with these names.
    if any(what not in chosen for what in REQUIRED):
        return None
    separated.missing_columns(names, sample.said, chosen)
    first = sample.lines[0]
    return with_request_line(
        separated.reader(names, chosen, first, separator=separator, padded=f"{separator} ".encode() in first), chosen
    )


def is_meant(sample: Sample) -> None:
    """The file is CSV by its name or because the user chose it. Raises ReviewError with what its header lacks."""
    _, names, chosen = _columns(sample)
    separated.missing_columns(names, sample.said, chosen)


def looks_so(sample: Sample) -> bool:
    """Whether the first line can be a header: it has only words, and at least one is known."""
    _, names, chosen = _columns(sample)
    return len(names) > 1 and bool(chosen)


def header_of(first: bytes) -> tuple[str, list[str]]:
    """The separator with which the first line has the most fields, and these."""
    found = [(separator, separated.header(first, separator)) for separator in _SEPARATORS]
    return max(found, key=lambda each: len(each[1]))


def _columns(sample: Sample) -> tuple[str, list[str], dict[str, str]]:
    """The separator, the header, and what it has of FIELDS."""
    separator, names = header_of(sample.lines[0] if sample.lines else b"")
    usual = sample.wanted(NAMES)
    return separator, names, separated.chosen_columns(names, sample.said, with_bins(usual, names))


def with_bins(usual: Mapping[str, Sequence[str]], names: Iterable[str]) -> dict[str, Sequence[str]]:
    """The usual names, and for the time also the column of a query by `bin(5m)`."""
    return {**usual, "time": (*usual["time"], *(name for name in names if BIN.fullmatch(name)))}


_SEPARATORS = (",", ";", "\t", "|")

# What Logs Insights calls the column.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html, read 2026-11.
BIN = re.compile(r"(?:bin|datefloor|dateceil)\(.*\)")


CSV = Format(
    name="csv",
    words="CSV with a header",
    document="docs/simulation.md",
    recognize=_recognize,
)
