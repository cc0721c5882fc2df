"""CloudWatch's events in JSON: the text of each `message` is a line of the log.

`aws logs filter-log-events` and `get-log-events` write one document with `events`. A subscription sends documents with
`logEvents`, which Firehose concatenates without newlines. A document can be as long as the whole log and is therefore
not parsed as a whole. Quotes inside a text are escaped, so `"message": "` can only be the beginning of a message.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html, read 2026-11.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.source import LONGEST_LINE

_MESSAGE = re.compile(rb'"@?message"\s*:\s*("(?:[^"\\]|\\.)*")', re.DOTALL)
_BEGINS = re.compile(rb'"@?message"\s*:\s*"')
_EVENT = re.compile(rb'"(?:logEvents|events|logStreamName|ingestionTime|eventId|@timestamp|@logStream|@ptr)"\s*:')
# CloudWatch sends this to test a destination. It is not a line of the log.
_CONTROL = "CWL CONTROL MESSAGE"

CUT = "message of CloudWatch that is cut off or damaged"


def messages(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    """Blocks of the messages, one per line."""
    rest = b""
    for part in parts:
        text = rest + part
        end, found = 0, []
        for match in _MESSAGE.finditer(text):
            found.append(match[1])
            end = match.end()
        rest = text[end:]
        begun = _BEGINS.search(rest)
        # Outside of messages only the end matters: `"message"` may be cut in two.
        rest = rest[begun.start() :] if begun else rest[-64:]
        if len(rest) > 2 * LONGEST_LINE:
            problems[CUT] += 1
            rest = b""
        if found:
            yield lines_of(found, problems)
    if _BEGINS.match(rest):
        problems[CUT] += 1


def lines_of(texts: list[bytes], problems: Counter[str]) -> bytes:
    """Decode texts of JSON as lines."""
    try:
        read: list[str] = json.loads(b"[" + b",".join(texts) + b"]", strict=False)
    except ValueError:
        read = []
        for text in texts:
            try:
                read.append(json.loads(text, strict=False))
            except ValueError:
                problems[CUT] += 1
    lines = (" ".join(each.split("\n")).strip() for each in read if not each.startswith(_CONTROL))
    return "".join(f"{line}\n" for line in lines if line).encode(errors="replace")


LOG_EVENTS = Envelope(
    words="in CloudWatch's events in JSON",
    document="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
    recognize=lambda head: (
        head.lstrip()[:1] in {b"{", b"["} and bool(_BEGINS.search(head)) and bool(_EVENT.search(head))
    ),
    unwrap=messages,
)
