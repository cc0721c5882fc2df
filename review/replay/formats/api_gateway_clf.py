"""API Gateway's access log in the Common Log Format, as the console offers it: of a REST API or an HTTP API.

    $context.identity.sourceIp $context.identity.caller $context.identity.user
    [$context.requestTime]"$context.httpMethod $context.resourcePath $context.protocol"
    $context.status $context.responseLength $context.requestId $context.extendedRequestId

in one line. A REST API's format has no space after the time, and an HTTP API's has one. An HTTP API writes `- -` in
place of caller and user, and `$context.routeKey`, which has a verb of its own, in place of the path. Both end
in API Gateway's ids, by which they are told from a web server's log.
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html, read 2026-11.
"""

from review.replay.formats import text_lines
from review.replay.formats.format import Format, Reader, Sample

_LINE = (
    r"^(?P<ip>[0-9A-Fa-f.:]+|-) \S+ \S+ \[(?P<time>[^\]]+)\] ?"
    r'"(?P<method>[A-Za-z-]+) (?:[A-Z]+ )?(?P<path>[^ "]+)[^"]*" \S+ \S+ [^ "]+(?: [^ "]+)?\s*$'
)


def _recognize(sample: Sample) -> Reader | None:
    return text_lines.recognize(sample, _LINE, written_sec=1)


API_GATEWAY_CLF = Format(
    name="api-gateway-clf",
    words="an API Gateway access log in the Common Log Format",
    document="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html",
    recognize=_recognize,
)
