"""Reads log files as bytes: decompressed, decoded, and cut into blocks of whole lines."""

import codecs
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from review.refusal import ReviewError

BLOCK = 8 * 1024 * 1024
"""Decompressed bytes of one block. 32 MiB take twice as long, mostly to allocate memory."""

LONGEST_LINE = 4 * 1024 * 1024
READ = 1024 * 1024
HEAD = 256 * 1024
"""Decompressed bytes from which the format is recognized."""

_GZIP = b"\x1f\x8b"
# Firehose compresses what CloudWatch has already compressed:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html, "Firehose", read 2026-11.
_MOST_TIMES_PACKED = 3
_UTF8_MARK = codecs.BOM_UTF8
_STANDARD_INPUT = Path("-")

TRUNCATED = "gzip file cut short or damaged; read as far as it goes"
TOO_LONG = f"line longer than {LONGEST_LINE // 1024 // 1024} MiB"


class _Stream(Protocol):
    def read1(self, size: int, /) -> bytes: ...

    def peek(self, size: int, /) -> bytes: ...


def chunks(
    file: Path, problems: Counter[str], progress: Callable[[int], None] = lambda _: None, size: int | None = None
) -> Iterator[bytes]:
    """The decompressed file in UTF-8, without a byte order mark. `progress` is called with the number of bytes read.

    Raises ReviewError if the file cannot be read.
    """
    with _opened(file) as (stream, raw):
        decode: Callable[[bytes], bytes] | None = None
        for chunk in _chunks(stream, problems, BLOCK if size is None else size):
            progress(raw.tell())
            if decode is None:
                decode = _decoder(chunk)
            text = decode(chunk)
            # Files that were joined have a mark in the middle too.
            yield text.replace(_UTF8_MARK, b"") if _UTF8_MARK in text else text


def head(file: Path) -> bytes:
    """The beginning of the file, to recognize it. Raises ReviewError if the file cannot be read."""
    found = next(chunks(file, Counter(), size=HEAD), b"")
    return found[:HEAD]


def encoding(file: Path) -> str:
    """`UTF-16`, or empty. Raises ReviewError if the file cannot be read."""
    with _opened(file) as (stream, _):
        return "UTF-16" if _utf_16(next(_chunks(stream, Counter(), _SHOWS_UTF_16), b"")) else ""


def whole_lines(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    """Blocks that end at the end of a line. A line that is too long is counted and left out."""
    rest = b""
    skipping = False
    for chunk in parts:
        start, end = 0, chunk.rfind(b"\n") + 1
        if skipping:
            # The rest of a line that was too long.
            start = chunk.find(b"\n") + 1
            skipping = not start
        if start < end:
            yield b"".join((rest, memoryview(chunk)[start:end]))
            rest = b""
        if not skipping:
            rest += chunk[end:]
        if len(rest) > LONGEST_LINE:
            problems[TOO_LONG] += 1
            rest, skipping = b"", True
    if rest.strip():
        yield rest + b"\n"


@contextmanager
def _opened(file: Path) -> Iterator[tuple[_Stream, BinaryIO]]:
    """The decompressed stream, and the file itself."""
    if file.is_dir():
        raise ReviewError(f"{file.as_posix()}: is a folder; name the files in it ({file.as_posix()}/*)")
    if file == _STANDARD_INPUT or (file.exists() and not file.is_file()):
        raise ReviewError(
            f"{file.as_posix()}: is not a file, and replay reads a log more than once; write the log to a file first"
        )
    try:
        with file.open("rb") as raw:
            stream: _Stream = raw
            for _ in range(_MOST_TIMES_PACKED):
                if not _is_packed(stream):
                    break
                stream = gzip.GzipFile(fileobj=cast("BinaryIO", stream), mode="rb")
            yield stream, raw
    except OSError as error:
        raise ReviewError(f"{file.as_posix()}: cannot be read: {error.strerror or error}") from None


def _is_packed(stream: _Stream) -> bool:
    try:
        return stream.peek(len(_GZIP))[: len(_GZIP)] == _GZIP
    except (EOFError, zlib.error, gzip.BadGzipFile):  # reported when it is read
        return False


def _chunks(stream: _Stream, problems: Counter[str], size: int) -> Iterator[bytes]:
    while True:
        parts: list[bytes] = []
        damaged = False
        try:
            have = 0
            while have < size:
                # At most one read of the file. What a damaged gzip file contains before the damage is kept.
                part = stream.read1(READ)
                if not part:
                    break
                parts.append(part)
                have += len(part)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            problems[TRUNCATED] += 1
            damaged = True
        if parts:
            yield b"".join(parts)
        if damaged or not parts:
            return


def _utf_16(beginning: bytes) -> str:
    """Which UTF-16 it is, or empty. PowerShell 5 writes it if you redirect the output of a command to a file."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # A log begins with ASCII, of which every other byte is then 0. A single one may be damage.
    even, odd = set(beginning[:_SHOWS_UTF_16:2]), set(beginning[1:_SHOWS_UTF_16:2])
    if odd == {0} and 0 not in even:
        return "utf-16-le"
    return "utf-16-be" if even == {0} and odd and 0 not in odd else ""


_SHOWS_UTF_16 = 16
"""Bytes."""


def _decoder(beginning: bytes) -> Callable[[bytes], bytes]:
    name = _utf_16(beginning)
    if not name:
        return lambda chunk: chunk
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    return lambda chunk: decoder.decode(chunk).encode(errors="replace")
