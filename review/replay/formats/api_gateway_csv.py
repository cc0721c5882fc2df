"""API Gateway's access log in CSV without a header, as the console offers it: of a REST API or an HTTP API.

    sourceIp,caller,user,requestTime,httpMethod,resourcePath,protocol,status,responseLength,requestId,extendedRequestId
    sourceIp,requestTime,httpMethod,routeKey,protocol,status,responseLength,requestId,extendedRequestId

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html, read 2026-11.
"""

from review.replay.formats import text_lines
from review.replay.formats.format import Format, Reader, Sample

_LINE = (
    r"^(?P<ip>[0-9A-Fa-f.:]+|-),(?:[^,]*,[^,]*,)?(?P<time>\d{2}/[A-Za-z]{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}),"
    r"(?P<method>[A-Za-z-]+),(?:[A-Z]+ )?(?P<path>[^,]+),"
)


def _recognize(sample: Sample) -> Reader | None:
    return text_lines.recognize(sample, _LINE, written_sec=1)


API_GATEWAY_CSV = Format(
    name="api-gateway-csv",
    words="an API Gateway access log in CSV",
    document="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html",
    recognize=_recognize,
)
