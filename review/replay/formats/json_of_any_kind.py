"""JSON lines whose fields `--columns` names, or are called as those of CSV are, or as web servers call them.

nginx has no JSON format, but variables whose names people keep: https://nginx.org/en/docs/varindex.html
Caddy: https://caddyserver.com/docs/caddyfile/directives/log
Traefik: https://doc.traefik.io/traefik/observability/access-logs/, all read 2026-11.
"""

from review.replay.columns import ACCESS_LOG
from review.replay.formats import csv_with_header, json_lines
from review.replay.formats.format import FIELDS, TOKEN_FIELDS, Format, Reader, Sample
from review.replay.formats.request_line import with_request_line

_OF_SERVERS = {
    "time": ("time_iso8601", "msec", "time_local", "StartUTC"),
    "ip": ("remote_addr", "request.remote_ip", "ClientHost"),
    "method": ("request_method", "request.method", "RequestMethod"),
    "path": ("request_uri", "request.uri", "RequestPath"),
}
_NAMES = {
    what: tuple(
        dict.fromkeys(
            (
                *([ACCESS_LOG[what]] if what in ACCESS_LOG else []),
                *_OF_SERVERS.get(what, ()),
                *csv_with_header.NAMES[what],
            )
        )
    )
    for what in (*FIELDS, *TOKEN_FIELDS)
}


def _recognize(sample: Sample) -> Reader | None:
    names = (name for each in json_lines.objects(sample.lines)[:1] for name in each)
    found = json_lines.recognize(sample, csv_with_header.with_bins(_NAMES, names))
    return None if found is None else with_request_line(found, found.fields)


def is_meant(sample: Sample) -> None:
    """Raise ReviewError with the fields that the objects lack."""
    json_lines.missing(sample, _NAMES)


JSON = Format(
    name="json",
    words="JSON lines",
    document="docs/simulation.md",
    recognize=_recognize,
)
