"""An HTTP API's access log in JSON, whose route is a key such as `POST /chat` or `ANY /chat`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html, read 2026-11.
"""

from review.replay.formats import json_lines
from review.replay.formats.format import Format, Reader, Sample

_NAMES = {
    "time": ("requestTimeEpoch", "requestTime"),
    "ip": ("ip", "sourceIp"),
    "method": ("httpMethod",),
    "path": ("routeKey",),
    "key": (),
    "count": (),
}


def _recognize(sample: Sample) -> Reader | None:
    found = json_lines.recognize(sample, _NAMES)
    return None if found is None else json_lines.without_verb(found)


HTTP_API_JSON = Format(
    name="http-api-json",
    words="an HTTP API's access log in JSON",
    document="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html",
    recognize=_recognize,
)
