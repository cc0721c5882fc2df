"""JSON objects in which one field is a line of the log, or an object that would be one.

Docker's `json-file` has `log` and `time`. LiteLLM with `JSON_LOGS=true` has `message` and `timestamp`, also for the
lines of its HTTP server. Logs Insights may export `@message` as an object if it is one, which is assumed.
https://docs.docker.com/engine/logging/drivers/json-file/; github.com/BerriAI/litellm, litellm/_logging.py
(`JsonFormatter`), read 2026-11.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.json_documents import JSON_DOCUMENTS
from review.replay.formats.json_lines import read_object

_LINES = ("log", "message", "@message", "msg")
_TIMES = ("time", "timestamp", "@timestamp", "ts")
_BEGINS = re.compile(rb'"(?:log|@?message|msg)"\s*:\s*["{]')


def _unwrap(parts: Iterable[bytes], problems: Counter[str], *, with_times: bool) -> Iterator[bytes]:
    for block in JSON_DOCUMENTS.unwrap(parts, problems):
        lines = (_line(each, with_times=with_times) for each in block.splitlines())
        yield "".join(f"{line}\n" for line in lines if line).encode(errors="replace")


def _line(text: bytes, *, with_times: bool) -> str:
    entry = read_object(text) or {}
    line = next((entry[name] for name in _LINES if name in entry), "")
    if isinstance(line, dict):
        return json.dumps(line)
    line = " ".join(str(line).split("\n")).strip()
    time = next((entry[name] for name in _TIMES if name in entry), "") if with_times else ""
    return f"{time} {line}" if time and line else line


WRAPPED_LINES, WRAPPED_LINES_WITH_TIMES = (
    Envelope(
        words="in a field of JSON objects",
        document="https://docs.docker.com/engine/logging/drivers/json-file/",
        recognize=lambda head: bool(_BEGINS.search(head)),
        unwrap=partial(_unwrap, with_times=with_times),
    )
    for with_times in (False, True)
)
