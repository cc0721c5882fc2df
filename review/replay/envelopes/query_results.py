"""The output of `aws logs get-query-results`: rows of fields. AWS returns at most 10,000, so they are read at once.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html, read 2026-11.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from review.replay.envelopes.envelope import Envelope

_ROW = re.compile(rb'"field"\s*:\s*"')
_MESSAGE, _TIME = "@message", "@timestamp"
_FIELD = re.compile(rb'"field"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"value"\s*:\s*("(?:[^"\\]|\\.)*")|(\])', re.DOTALL)


def _unwrap(parts: Iterable[bytes], _: Counter[str], *, with_times: bool) -> Iterator[bytes]:
    """A line for each row: its `@message`, or an object of its fields. `with_times`: its `@timestamp` before it."""
    lines = []
    row: dict[str, str] = {}
    for match in _FIELD.finditer(b"".join(parts)):
        if match[3]:
            if row:
                before = f"{row[_TIME]} " if with_times and _TIME in row else ""
                lines.append(before + (row.get(_MESSAGE) or json.dumps(row)))
            row = {}
        else:
            row[json.loads(match[1], strict=False)] = json.loads(match[2], strict=False)
    if lines:
        yield "".join(" ".join(line.split("\n")).strip() + "\n" for line in lines).encode(errors="replace")


QUERY_RESULTS, QUERY_RESULTS_WITH_TIMES = (
    Envelope(
        words="in the results of a Logs Insights query",
        document="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html",
        recognize=lambda head: bool(_ROW.search(head)),
        unwrap=partial(_unwrap, with_times=with_times),
    )
    for with_times in (False, True)
)
