"""An integration keeps everything in PutIntegration, including its VPC link and response transfer mode. ministack does
not.

https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html, read 2026-11: the answer contains what was
sent.
"""

from dataclasses import replace

from tests.deploy.aws_double.request import Answer, Request, Send


def kept_whole(request: Request, send: Send) -> Answer:
    """The layer. What an answer lacks is added by a patch, since ministack accepts patches with any name."""
    answer = send(request)
    if (request.method, request.parts[-1]) != ("PUT", "integration") or not answer.succeeded:
        return answer
    lacking = {name: value for name, value in request.data.items() if answer.data.get(name) is None}
    if lacking:
        operations = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in lacking.items()]
        send(replace(request.with_data({"patchOperations": operations}), method="PATCH"))
    return answer.with_data(answer.data | lacking)
