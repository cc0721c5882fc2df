"""API Gateway reports no HTTP method for a MOCK integration. ministack reports POST.

https://github.com/hashicorp/terraform-provider-aws/issues/5697 ("the value in terraform.tfstate is empty") and
LocalStack's recorded GetExport (test_apigateway_extended.snapshot.json, `"type": "mock"`), read 2026-11.
"""

from typing import Any

from tests.deploy.aws_double.request import Answer, Request, Send


def without_http_method(request: Request, send: Send) -> Answer:
    """The layer."""
    answer = send(request)
    is_definition = request.parts[0] == "restapis" and "resources" in request.parts
    if not is_definition or not answer.body or not answer.succeeded:
        return answer
    return answer.with_data(_without(answer.data))


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [_without(each) for each in value]
    if not isinstance(value, dict):
        return value
    is_mock = value.get("type") == "MOCK"
    return {name: _without(each) for name, each in value.items() if not (is_mock and name == "httpMethod")}
