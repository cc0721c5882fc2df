"""Where a log line says what."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

from review.refusal import ReviewError
from review.replay.source import first_line
from settings.observability.access_log import FIELDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """The names of a log's fields."""

    time: str
    """Milliseconds or seconds since 1970, ISO 8601, or API Gateway's `09/Apr/2026:12:34:56 +0000`."""

    ip: str
    method: str
    path: str
    """The resource (`/v1/models/{id}`) or the path that was asked for."""

    key: str = ""
    """The API key's id; empty where the log has none."""

    def names(self) -> tuple[str, ...]:
        """Those that the log has, each once."""
        return tuple(dict.fromkeys(name for _, name in self.pairs() if name))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """What each is, and what the log calls it."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))


_FIELD_OF = {variable: field for field, variable in FIELDS.items()}

ACCESS_LOG = Columns(
    time=_FIELD_OF["$context.requestTimeEpoch"],
    ip=_FIELD_OF["$context.identity.sourceIp"],
    method=_FIELD_OF["$context.httpMethod"],
    path=_FIELD_OF["$context.resourcePath"],
    key=_FIELD_OF["$context.identity.apiKeyId"],
)
"""The access log that the environment's stage writes."""

CSV = Columns(time="time", ip="ip", method="method", path="path")


def columns_of(said: str, file: Path, *, is_csv: bool) -> Columns:
    """The usual ones, but for what `time=ts,ip=client` says. Raises ReviewError."""
    usual = CSV if is_csv else ACCESS_LOG
    known = [name for name, _ in usual.pairs()]
    given = {}
    for part in filter(None, (part.strip() for part in said.split(","))):
        what, equals, name = part.partition("=")
        if not equals or what not in known:
            raise ReviewError(f"--columns {part}: must be one of {', '.join(known)}, then = and the log's own word")
        given[what] = name
    if is_csv and "key" not in given and "key" in header(first_line(file)):
        given["key"] = "key"
    return replace(usual, **given)


def header(line: bytes) -> list[str]:
    """A CSV file's first line as names."""
    return [name.strip().strip('"') for name in line.decode("utf-8-sig", errors="replace").split(",")]
