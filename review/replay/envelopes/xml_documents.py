"""`<request>` elements that are spread over several lines, as people write API Gateway's XML format into a template.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html, read 2026-11.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.source import whole_lines

_BEGINNING = re.compile(rb"\s*<request\b")
_ENDS = re.compile(rb"\s*[\r\n](?!\s*<request\b)\s*")


def _unwrap(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
    rest = b""
    for block in whole_lines(parts, problems):
        text = rest + block
        end = text.rfind(b"</request>")
        cut = text.find(b"\n", end) + 1 if end >= 0 else 0
        rest = text[cut:]
        if cut:
            yield _ENDS.sub(b" ", text[:cut].rstrip()) + b"\n"
    if rest.strip():
        yield _ENDS.sub(b" ", rest.rstrip()) + b"\n"


XML_DOCUMENTS = Envelope(
    words="as XML elements, not one a line",
    document="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html",
    recognize=lambda head: bool(_BEGINNING.match(head)),
    unwrap=_unwrap,
)
