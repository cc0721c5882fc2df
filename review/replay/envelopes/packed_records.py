"""Records whose `data` is packed and written in base64: what a subscription gives a Lambda function or Kinesis.

    {"awslogs": {"data": "H4sIAAAA..."}}        {"records": [{"data": "H4sIAAAA..."}]}

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html, read 2026-11.
"""

import base64
import binascii
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.log_events import CUT, messages
from review.replay.source import LONGEST_LINE

_DATA = re.compile(rb'"[dD]ata"\s*:\s*"([A-Za-z0-9+/=\\]+)"')
_RECORD = re.compile(rb'"(?:awslogs|records|Records|kinesis)"\s*:')
_BEGINS = re.compile(rb'"[dD]ata"\s*:\s*"')
_MOST_UNPACKED = 64 * 1024 * 1024
"""Size of one record in bytes; CloudWatch sends at most 1 MiB, compressed."""

_GZIP = 31
"""zlib's number for the format."""


def _unwrap(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    return messages(_records(parts, problems), problems)


def _records(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    rest = b""
    for part in parts:
        text = rest + part
        end = 0
        for match in _DATA.finditer(text):
            end = match.end()
            yield unpacked(match[1], problems)
        rest = text[end:]
        begun = _BEGINS.search(rest)
        rest = rest[begun.start() :] if begun else rest[-64:]
        if len(rest) > 2 * LONGEST_LINE:
            problems[CUT] += 1
            rest = b""


def unpacked(text: bytes, problems: Counter[str]) -> bytes:
    """The record's data. Damaged ones are counted, and empty."""
    try:
        data = base64.b64decode(text.replace(b"\\/", b"/"), validate=True)
        if data[:2] != b"\x1f\x8b":
            return data
        return zlib.decompressobj(_GZIP).decompress(data, _MOST_UNPACKED)
    except (binascii.Error, zlib.error):
        problems[CUT] += 1
        return b""


PACKED_RECORDS = Envelope(
    words="in packed records of a CloudWatch subscription",
    document="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
    recognize=lambda head: bool(_RECORD.search(head)) and bool(_BEGINS.search(head)),
    unwrap=_unwrap,
)
