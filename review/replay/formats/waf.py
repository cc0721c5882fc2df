"""The log of an AWS WAF web ACL: every request that WAF inspected, including those that it blocked.

https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html, read 2026-11.
"""

from review.replay.formats import json_lines
from review.replay.formats.format import Format, Reader, Sample

_NAMES = {
    "time": ("timestamp",),
    "ip": ("httpRequest.clientIp",),
    "method": ("httpRequest.httpMethod",),
    "path": ("httpRequest.uri",),
    "key": (),
    "count": (),
}


def _recognize(sample: Sample) -> Reader | None:
    return json_lines.recognize(sample, _NAMES)


WAF = Format(
    name="waf",
    words="an AWS WAF log",
    document="https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html",
    recognize=_recognize,
)
