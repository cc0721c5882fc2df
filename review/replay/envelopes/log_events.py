"""CloudWatch's events in JSON: the text of each `message` is a line of the log.

`aws logs filter-log-events` and `get-log-events` write one document with `events`. A subscription sends documents with
`logEvents`, which Firehose concatenates without newlines. A document can be as long as the whole log and is therefore
not parsed as a whole. Quotes inside a text are escaped, so `"message": "` can only be the beginning of a message.

A line that has no time of its own, such as those of vLLM's server, needs the event's: `timestamp` is in front of
`message` in every one of these documents.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html, read 2026-11.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.source import LONGEST_LINE

_MESSAGE = re.compile(rb'"@?message"\s*:\s*(?P<text>"(?:[^"\\]|\\.)*")', re.DOTALL)
_TIME = rb'"@?timestamp"\s*:\s*"?(?P<time>[^",{}]+?)"?\s*,\s*'
_MESSAGE_AND_TIME = re.compile(_TIME + _MESSAGE.pattern, re.DOTALL)
_BEGINS = re.compile(rb'"@?message"\s*:\s*"')
_TIME_AND_BEGINS = re.compile(_TIME + _BEGINS.pattern)
_EVENT = re.compile(rb'"(?:logEvents|events|logStreamName|ingestionTime|eventId|@timestamp|@logStream|@ptr)"\s*:')
_LIST = re.compile(rb'"(?:logEvents|events)"\s*:\s*\[')
# CloudWatch sends this to test a destination. It is not a line of the log.
_CONTROL = "CWL CONTROL MESSAGE"

CUT = "message of CloudWatch that is cut off or damaged"


def messages(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    """Blocks of the messages, one per line."""
    return _messages(
        parts, problems, _MESSAGE, _BEGINS, lambda found: lines_of([each["text"] for each in found], problems)
    )


def _messages_with_times(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    """The same with the event's time in front of each."""

    def lines(found: list[re.Match[bytes]]) -> bytes:
        return b"".join(each["time"] + b" " + line for each in found if (line := lines_of([each["text"]], problems)))

    return _messages(parts, problems, _MESSAGE_AND_TIME, _TIME_AND_BEGINS, lines)


def _messages(
    parts: Iterable[bytes],
    problems: Counter[str],
    message: re.Pattern[bytes],
    begins: re.Pattern[bytes],
    lines: Callable[[list[re.Match[bytes]]], bytes],
) -> Iterator[bytes]:
    rest = b""
    for part in parts:
        text = rest + part
        found = list(message.finditer(text))
        rest = text[found[-1].end() if found else 0 :]
        begun = begins.search(rest)
        # Outside of messages only the end matters: `"message"` may be cut in two.
        rest = rest[begun.start() :] if begun else rest[-_LONGEST_NAMES:]
        if len(rest) > 2 * LONGEST_LINE:
            problems[CUT] += 1
            rest = b""
        if found:
            yield lines(found)
    if begins.match(rest):
        problems[CUT] += 1


_LONGEST_NAMES = 128
"""Bytes of `"timestamp": ..., "message": `."""


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


def _recognize(head: bytes) -> bool:
    """It begins as JSON does, or it has the list of events, with something else in front."""
    is_json = head.lstrip()[:1] in {b"{", b"["} and bool(_EVENT.search(head))
    return bool(_BEGINS.search(head)) and (is_json or bool(_LIST.search(head)))


_WORDS = "in CloudWatch's events in JSON"
_DOCUMENT = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html"

LOG_EVENTS = Envelope(words=_WORDS, document=_DOCUMENT, recognize=_recognize, unwrap=messages)
LOG_EVENTS_WITH_TIMES = Envelope(
    words=_WORDS,
    document=_DOCUMENT,
    recognize=lambda head: _recognize(head) and bool(_TIME_AND_BEGINS.search(head)),
    unwrap=_messages_with_times,
)
