"""Texts in JSON, each a line of the log: `aws logs filter-log-events --query 'events[].message'`.

A query may also ask for the time (`events[].[timestamp,message]`) or give the fields other names
(`events[].{t:timestamp,m:message}`): of the texts that are not names of fields, those that are as long as a line.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html, read 2026-11.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.log_events import CUT, lines_of
from review.replay.source import LONGEST_LINE

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"(?P<is_name>\s*:)?', re.DOTALL)
_BEGINNING = re.compile(rb'\s*\[\s*(?:[\[{]\s*)?["\d]')
_SHORTEST = 30
"""Bytes of a line of any log. A time and the name of a stream are shorter, or have no space."""


def _unwrap(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    rest = b""
    for part in parts:
        text = rest + part
        # The last text of a part may be cut off, or the colon after it.
        found = [each for each in _TEXT.finditer(text) if each.end() < len(text)]
        rest = text[found[-1].end() if found else 0 :]
        if len(rest) > 2 * LONGEST_LINE:
            problems[CUT] += 1
            rest = b""
        if found:
            yield lines_of([each[0] for each in found if _is_line(each)], problems)
    if b'"' in rest:
        problems[CUT] += 1


def _is_line(text: re.Match[bytes]) -> bool:
    return not text["is_name"] and len(text[0]) >= _SHORTEST and (b" " in text[0] or b"{" in text[0])


JSON_STRINGS = Envelope(
    words="as texts in JSON",
    document="https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html",
    recognize=lambda head: bool(_BEGINNING.match(head)),
    unwrap=_unwrap,
)
