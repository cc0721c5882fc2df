"""A REST API's access log in JSON: the console's example, and your own formats with the same variables.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html, read 2026-11.
"""

from review.replay.formats import json_lines
from review.replay.formats.format import Format, Reader, Sample

_NAMES = {
    "time": ("requestTimeEpoch", "requestTime", "timestamp", "time", "@timestamp"),
    "ip": ("ip", "sourceIp", "source_ip", "clientIp", "identity.sourceIp"),
    "method": ("httpMethod", "method"),
    "path": ("resourcePath", "path", "uri"),
    "key": ("apiKeyId", "identity.apiKeyId", "key"),
    "count": (),
}


def _recognize(sample: Sample) -> Reader | None:
    return json_lines.recognize(sample, _NAMES)


API_GATEWAY_JSON = Format(
    name="api-gateway-json",
    words="an API Gateway access log in JSON",
    document="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html",
    recognize=_recognize,
)
