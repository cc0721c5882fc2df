"""API Gateway omits what is not set: access log settings of a stage, quota and throttle of a usage plan.

ministack answers `{}`, which the provider interprets as a setting with empty values. AWS's API reference shows that AWS
omits them (`"accessLogSettings"` of https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html is optional). So
do LocalStack's recorded answers of CreateStage and CreateUsagePlan (tests/aws/services/apigateway), read 2026-11.
"""

from typing import Any

from tests.deploy.aws_double.request import Answer, Request, Send

_OPTIONAL = frozenset({"accessLogSettings", "quota", "throttle"})
_OF = frozenset({"restapis", "usageplans"})


def left_out(request: Request, send: Send) -> Answer:
    """The layer."""
    answer = send(request)
    if request.parts[0] not in _OF or not answer.body or not answer.succeeded or "exports" in request.parts:
        return answer
    return answer.with_data(_set(answer.data))


def _set(value: Any) -> Any:
    if isinstance(value, list):
        return [_set(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _set(each) for name, each in value.items() if each != {} or name not in _OPTIONAL}
