"""JSON objects that are not one per line: concatenated by Firehose, spread over lines, or in one array.

`aws logs tail --format json` spreads each message over lines, preceded by a time and a stream; so does `jq`.
https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html, read 2026-11.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.parse import NOT_JSON
from review.replay.source import LONGEST_LINE

_BEGINS = re.compile(r'\{\s*"|\{\s*\}')
_NEXT = re.compile(r'[\n}]\{\s*"')
"""Where reading continues after an object that is cut off or damaged."""

_BETWEEN = re.compile(r"[\s,\[\]]*")
_DECODER = json.JSONDecoder(strict=False)


def _unwrap(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    """Blocks of the objects, one per line."""
    rest = ""
    undecoded = b""
    for part in parts:
        # A character must not be cut in two.
        whole = undecoded + part
        cut = max(whole.rfind(b"}"), whole.rfind(b"\n")) + 1
        undecoded = whole[cut:]
        found, rest = _objects(rest + whole[:cut].decode(errors="replace"), problems, last=False)
        if found:
            yield "".join(f"{each}\n" for each in found).encode(errors="replace")
    found, rest = _objects(rest + undecoded.decode(errors="replace"), problems, last=True)
    if found:
        yield "".join(f"{each}\n" for each in found).encode(errors="replace")


def _objects(text: str, problems: Counter[str], *, last: bool) -> tuple[list[str], str]:
    """Whole objects, and the rest after the last one."""
    found: list[str] = []
    at = 0
    while begun := _BEGINS.search(text, at):
        start = begun.start()
        try:
            _, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            following = _NEXT.search(text, start + 1)
            if following is None and not last and len(text) - start < LONGEST_LINE:
                return found, text[start:]
            problems[NOT_JSON] += 1
            at = following.start() + 1 if following else len(text)
            found += _whole_at_the_end(text[start + 1 : at])
            continue
        found.append(" ".join(text[start:end].splitlines()))
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]  # it matches the empty text too
    # The brace of an object whose first name has not been read yet.
    brace = text.rfind("{", at)
    return found, text[brace:] if brace >= 0 and not text[brace + 1 :].strip() else ""


def _whole_at_the_end(damaged: str) -> list[str]:
    """The object that starts in the middle of one that is cut off."""
    for begun in _BEGINS.finditer(damaged):
        try:
            _, end = _DECODER.raw_decode(damaged, begun.start())
        except (ValueError, RecursionError):
            continue
        if end == len(damaged):
            return [" ".join(damaged[begun.start() :].splitlines())]
    return []


def _recognize(head: bytes) -> bool:
    return b"{" in head[:4096]


JSON_DOCUMENTS = Envelope(
    words="as JSON documents, not one a line",
    document="https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html",
    recognize=_recognize,
    unwrap=_unwrap,
)
