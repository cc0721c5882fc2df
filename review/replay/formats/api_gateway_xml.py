"""API Gateway's access log in XML, a line for each request, as the console offers it: of a REST API or an HTTP API.

    <request id="..."> <ip>..</ip> ... <requestTime>..</requestTime> <httpMethod>..</httpMethod>
    <resourcePath>..</resourcePath> ... </request>

An HTTP API has `<routeKey>` in place of `<resourcePath>`.
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html, read 2026-11.
"""

from review.replay.formats import text_lines
from review.replay.formats.format import Format, Reader, Sample

_LINE = (
    r"^\s*<request\b.*?<ip>(?P<ip>[^<]*)</ip>.*?<requestTime>(?P<time>[^<]*)</requestTime>"
    r".*?<httpMethod>(?P<method>[^<]*)</httpMethod>.*?<(?:resourcePath|routeKey)>(?:[A-Z]+ )?(?P<path>[^<]+)<"
)


def _recognize(sample: Sample) -> Reader | None:
    return text_lines.recognize(sample, _LINE, written_sec=1)


API_GATEWAY_XML = Format(
    name="api-gateway-xml",
    words="an API Gateway access log in XML",
    document="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html",
    recognize=_recognize,
)
