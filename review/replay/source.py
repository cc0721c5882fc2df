"""Log files as blocks of whole lines, plain or gzip."""

import codecs
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from review.refusal import ReviewError

BLOCK = 8 * 1024 * 1024
"""Bytes of one block, unpacked: 32 MiB take twice as long, most of it for fresh memory."""

LONGEST_LINE = 4 * 1024 * 1024
READ = 1024 * 1024
_GZIP = b"\x1f\x8b"

TRUNCATED = "gzip file cut short or damaged; read as far as it goes"
TOO_LONG = f"line longer than {LONGEST_LINE // 1024 // 1024} MiB"


class _Stream(Protocol):
    def read1(self, size: int, /) -> bytes: ...


def blocks(file: Path, problems: Counter[str], progress: Callable[[int], None]) -> Iterator[bytes]:
    """The file in blocks that end where a line ends. `progress` hears how many of the file's bytes have been read.

    Raises ReviewError where the file cannot be read.
    """
    with _opened(file) as (stream, raw):
        yield from _whole_lines(stream, raw, problems, progress)


def first_line(file: Path) -> bytes:
    """As far as it can be read. Raises ReviewError where the file cannot be."""
    with _opened(file) as (stream, _):
        parts = (chunk.partition(b"\n") for chunk in _chunks(stream, Counter()))
        first = next(parts, (b"", b"", b""))
        return first[0]


@contextmanager
def _opened(file: Path) -> Iterator[tuple[_Stream, BinaryIO]]:
    """Unpacked, and the file itself."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0)
            yield cast("_Stream", gzip.GzipFile(fileobj=raw) if packed else raw), raw
    except OSError as error:
        raise ReviewError(f"{file.as_posix()}: cannot be read: {error.strerror or error}") from None


def _whole_lines(
    stream: _Stream, raw: BinaryIO, problems: Counter[str], progress: Callable[[int], None]
) -> Iterator[bytes]:
    rest = b""
    skipping = False
    for chunk in _chunks(stream, problems):
        progress(raw.tell())
        head, newline, tail = chunk.rpartition(b"\n")
        if skipping:
            # The rest of a line that was given up.
            _, skipping_ends, head = head.partition(b"\n") if newline else (b"", b"", b"")
            skipping = not newline
            if newline and not skipping_ends:
                rest = tail
                continue
        if newline:
            yield rest + head + newline
            rest = tail
        elif not skipping:
            rest += tail
        if len(rest) > LONGEST_LINE:
            problems[TOO_LONG] += 1
            rest, skipping = b"", True
    if rest.strip():
        yield rest + b"\n"


def _chunks(stream: _Stream, problems: Counter[str]) -> Iterator[bytes]:
    mark = codecs.BOM_UTF8
    while True:
        parts: list[bytes] = []
        damaged = False
        try:
            size = 0
            while size < BLOCK:
                # At most one read of the file itself: what a damaged gzip file held before the damage is kept.
                part = stream.read1(READ)
                if not part:
                    break
                # Only the first bytes of a file can be a byte order mark.
                part, mark = part.removeprefix(mark), b""
                parts.append(part)
                size += len(part)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            problems[TRUNCATED] += 1
            damaged = True
        if parts:
            yield b"".join(parts)
        if damaged or not parts:
            return
