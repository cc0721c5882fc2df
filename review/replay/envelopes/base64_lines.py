"""The payload of a CloudWatch subscription as text: gzip in base64, in one line each or in short lines.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html, read 2026-11.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.log_events import CUT, messages
from review.replay.envelopes.packed_records import unpacked
from review.replay.source import LONGEST_LINE

# Every gzip file begins with these characters in base64.
_BEGINS = b"H4sI"
_BEGINNING = re.compile(rb'\s*"?H4sI[A-Za-z0-9+/=\s]{16}')
_NEXT = re.compile(rb'[\s",]+(?=H4sI)')
_BETWEEN = re.compile(rb'[\s",]+')


def _unwrap(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    return messages(_payloads(parts, problems), problems)


def _payloads(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    rest = b""
    for part in parts:
        *whole, rest = _NEXT.split(rest + part)
        if len(rest) > 2 * LONGEST_LINE:
            problems[CUT] += 1
            rest = b""
        for each in whole:
            yield _payload(each, problems)
    yield _payload(rest, problems)


def _payload(text: bytes, problems: Counter[str]) -> bytes:
    found = _BETWEEN.sub(b"", text)
    return unpacked(found, problems) if found else b""


BASE64_LINES = Envelope(
    words="in packed payloads of a CloudWatch subscription, in base64",
    document="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
    recognize=lambda head: bool(_BEGINNING.match(head)),
    unwrap=_unwrap,
)
