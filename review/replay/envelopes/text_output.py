"""The output of `aws logs filter-log-events` and `get-log-events` with `--output text`: the fields of an event in the
order of their names, between tabs.

    EVENTS  eventId  ingestionTime  logStreamName  message  timestamp
    EVENTS  ingestionTime  message  timestamp

https://docs.aws.amazon.com/cli/latest/reference/logs/filter-log-events.html; github.com/aws/aws-cli, awscli/text.py
(`_partition_dict`), read 2026-11.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from review.replay.envelopes.envelope import Envelope
from review.replay.source import whole_lines

_EVENT = re.compile(
    rb"^EVENTS\t(?:\d+\t){1,2}(?:[^\s{<\"]+\t)?(?P<line>.*?)(?:\t[^\s{<\"]+)??\t(?P<time>\d{13})\r?$", re.MULTILINE
)
# The tokens of the next pages, and the streams that were searched.
_NO_EVENT = re.compile(rb"^(?:[bf]/\S+\t[bf]/\S+|SEARCHEDLOGSTREAMS\t.*)\r?\n", re.MULTILINE)
_BEGINS = re.compile(rb"^EVENTS\t\d+\t", re.MULTILINE)


def _unwrap(parts: Iterable[bytes], problems: Counter[str], *, with_times: bool) -> Iterator[bytes]:
    for block in whole_lines(parts, problems):
        yield _EVENT.sub(rb"\g<time> \g<line>" if with_times else rb"\g<line>", _NO_EVENT.sub(b"", block))


TEXT_OUTPUT, TEXT_OUTPUT_WITH_TIMES = (
    Envelope(
        words="as `aws logs` prints events with `--output text`",
        document="https://docs.aws.amazon.com/cli/latest/reference/logs/filter-log-events.html",
        recognize=lambda head: bool(_BEGINS.search(head)),
        unwrap=partial(_unwrap, with_times=with_times),
    )
    for with_times in (False, True)
)
