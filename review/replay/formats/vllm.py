"""The access lines of vLLM's API server, with the time that a container runtime puts in front of them.

vLLM has no request log of its own that names the caller: `Received request ...` has an id and the prompt. Its HTTP
server, uvicorn, writes a line for each request, without a time:

    (APIServer pid=1) INFO:     203.0.113.7:51234 - "POST /v1/chat/completions HTTP/1.1" 200 OK

`kubectl logs --timestamps` and `docker logs --timestamps` put one before it, and so do CloudWatch's ways out. LiteLLM's
proxy has the same server; with `JSON_LOGS=true` the line is a field, without `INFO`.
github.com/vllm-project/vllm, vllm/entrypoints/logger.py; github.com/encode/uvicorn, uvicorn/logging.py
(`AccessFormatter`), read 2026-11.
"""

import re

from review.refusal import ReviewError
from review.replay.formats import text_lines
from review.replay.formats.format import Format, Reader, Sample

# On a terminal, uvicorn writes in colors.
_COLOR = r"(?:\x1b\[[0-9;]*m)*"
_ACCESS = rf'\s\[?(?P<ip>[^\s\[\]]+?)\]?:\d+ - "{_COLOR}(?P<method>[A-Z]+) (?P<path>[^ "\x1b]+)[^"]*" {_COLOR}\d{{3}}'
# The time of an event in CloudWatch is in milliseconds since 1970.
_TIME = r"\d{4}-\d\d-\d\d[T ][0-9:.,]+(?:Z|[+-]\d\d:?\d\d)?|\d{13}"
_LINE = rf"^(?P<time>{_TIME})(?:\s.*?)??{_ACCESS}"

_NO_TIME = r"(?:\(\w+ pid=\d+\) )?" + _COLOR + "INFO" + _COLOR + ":"


def _recognize(sample: Sample) -> Reader | None:
    # A server logs much else: loaded models, throughput. One access line is enough.
    if any(re.match(_LINE.encode(), line) for line in sample.lines):
        return text_lines.reader(_LINE)
    if any(re.search(f"^{_NO_TIME} *{_ACCESS}".encode(), line) for line in sample.lines):
        raise ReviewError(
            "vLLM's access lines have no time; `kubectl logs --timestamps` and `docker logs --timestamps` put one "
            "before each, and so do `aws logs tail` and `aws logs filter-log-events` for a log in CloudWatch"
        )
    return None


VLLM = Format(
    name="vllm",
    words="access lines of uvicorn, the HTTP server of vLLM and LiteLLM",
    document="https://github.com/vllm-project/vllm",
    recognize=_recognize,
)
