"""An array of strings, each a line of the log: `aws logs filter-log-events --query 'events[].message'`.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html, read 2026-11.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.log_events import CUT, lines_of
from review.replay.source import LONGEST_LINE

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BEGINNING = re.compile(rb'\s*\[\s*(?:\[\s*)?"')


def _unwrap(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    rest = b""
    for part in parts:
        text = rest + part
        found = list(_TEXT.finditer(text))
        end = found[-1].end() if found else 0
        rest = text[end:]
        if len(rest) > 2 * LONGEST_LINE:
            problems[CUT] += 1
            rest = b""
        if found:
            yield lines_of([match[0] for match in found], problems)
    if b'"' in rest:
        problems[CUT] += 1


JSON_STRINGS = Envelope(
    words="as texts in JSON",
    document="https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html",
    recognize=lambda head: bool(_BEGINNING.match(head)),
    unwrap=_unwrap,
)
