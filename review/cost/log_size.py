"""How many bytes of logs a request creates."""

import json

from settings.environment import Environment
from settings.observability.access_log import ABSENT, access_log_format
from settings.watched import has_own_web_acl

# CloudWatch Logs adds this many bytes to each line.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html, read 2026-11.
_OF_EVERY_EVENT = 26

# Variable -> a value of usual length. Variables that are not listed: ABSENT.
_USUAL = {
    "$context.requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    "$context.extendedRequestId": "JKJaXmPLvHcESHA=",
    "$context.requestTimeEpoch": "1761955200000",
    "$context.identity.sourceIp": "203.0.113.178",
    "$context.httpMethod": "POST",
    "$context.status": "200",
    "$context.responseLatency": "2345",
    "$context.integrationLatency": "2340",
    "$context.integrationStatus": "200",
    "$context.responseLength": "2048",
    "$context.identity.userAgent": "OpenAI/Python 1.99.9 (an SDK that says its platform too, some 80 characters)",
}
_WITH_WAF = {"$context.wafResponseCode": "WAF_ALLOW", "$context.waf.status": "200"}
_KEY_ID = "a1b2c3d4e5"
_ACCOUNT, _WEB_ACL_ID = "111122223333", "11111111-2222-3333-4444-555555555555"

WAF_RECORD = 2_000
"""One record of the WAF log: the request's headers and the rule. Assumed, since AWS does not document a size."""


def access_log_bytes(environment: Environment) -> int:
    """One line of the access log, computed from its format with values of usual length."""
    line = json.loads(access_log_format())
    values = _USUAL | {"$context.resourcePath": _usual_path(environment)}
    if environment.waf is not None:
        values |= _WITH_WAF | {"$context.webaclArn": _web_acl_arn(environment)}
    if environment.usage_plans:
        values |= {"$context.identity.apiKeyId": _KEY_ID}
    written = {field: values.get(variable, ABSENT) for field, variable in line.items()}
    return len(json.dumps(written, separators=(",", ":")).encode()) + _OF_EVERY_EVENT


def _usual_path(environment: Environment) -> str:
    """The path of median length."""
    paths = sorted((route.path for route in environment.routes), key=len)
    return paths[len(paths) // 2]


def _web_acl_arn(environment: Environment) -> str:
    if environment.waf is not None and not has_own_web_acl(environment):
        return environment.waf.web_acl_arn or ABSENT
    aws = environment.aws
    web_acl = f"regional/webacl/{environment.api.name}/{_WEB_ACL_ID}"
    return f"arn:{aws.partition}:wafv2:{aws.region}:{_ACCOUNT}:{web_acl}"
