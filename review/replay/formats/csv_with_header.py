"""CSV whose first line names the columns: the export of a query, a spreadsheet, or a table of your own."""

from review.replay.formats import separated
from review.replay.formats.format import REQUIRED, Format, Reader, Sample

NAMES = {
    "time": (
        "time", "requestTimeEpoch", "requestTime", "timestamp", "ts", "date+time", "@timestamp", "bin(1s)", "bin(10s)",
        "bin(30s)", "bin(1m)", "bin(5m)", "bin(10m)", "bin(15m)", "bin(1h)",
    ),
    "ip": ("ip", "sourceIp", "client_ip", "clientIp", "client", "remote_addr", "c-ip", "httpRequest.clientIp"),
    "method": ("method", "httpMethod", "cs-method", "verb", "httpRequest.httpMethod"),
    "path": ("path", "resourcePath", "uri", "url", "route", "cs-uri-stem", "httpRequest.uri"),
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
    names, chosen = _columns(sample)
    # A line of data is unlikely to have fields with these names.
    if any(what not in chosen for what in REQUIRED):
        return None
    separated.missing_columns(names, sample.said, chosen)
    return separated.reader(names, chosen, sample.lines[0])


def is_meant(sample: Sample) -> None:
    """The file is CSV by its name or because the user chose it. Raises ReviewError with what its header lacks."""
    names, chosen = _columns(sample)
    separated.missing_columns(names, sample.said, chosen)


def looks_so(sample: Sample) -> bool:
    """Whether the first line can be a header: it has only words, and at least one is known."""
    names, chosen = _columns(sample)
    return len(names) > 1 and bool(chosen)


def _columns(sample: Sample) -> tuple[list[str], dict[str, str]]:
    names = separated.header(sample.lines[0]) if sample.lines else []
    return names, separated.chosen_columns(names, sample.said, sample.wanted(NAMES))


CSV = Format(
    name="csv",
    words="CSV with a header",
    document="docs/simulation.md",
    recognize=_recognize,
)
