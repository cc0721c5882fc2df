"""`[observability.access_log]`: one JSON line for each request. Its format is data that other code can read.

API Gateway has no variable for the usage plan. A key is in only one plan of a stage, so `apiKeyId` identifies the plan.
There is no variable for the WAF rule either: the WAF log (settings/observability/waf_log.py) names it.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType

from settings.layer import Layer
from settings.observability.log_group import LogGroup

# Each field of a line, and the variable that fills it. A variable without a value gives "-". Every value is therefore
# in quotes, even numbers: otherwise a line with "-" would not be JSON.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "requestId": "$context.requestId",
        "extendedRequestId": "$context.extendedRequestId",
        "requestTimeEpoch": "$context.requestTimeEpoch",
        "sourceIp": "$context.identity.sourceIp",
        "httpMethod": "$context.httpMethod",
        "resourcePath": "$context.resourcePath",
        "status": "$context.status",
        "responseLatency": "$context.responseLatency",
        "integrationLatency": "$context.integrationLatency",
        "timeToFirstContent": "$context.integration.timeToFirstContent",
        "integrationStatus": "$context.integrationStatus",
        "responseLength": "$context.responseLength",
        "apiKeyId": "$context.identity.apiKeyId",
        "errorResponseType": "$context.error.responseType",
        "wafResponseCode": "$context.wafResponseCode",
        "wafStatus": "$context.waf.status",
        "webaclArn": "$context.webaclArn",
        "userAgent": "$context.identity.userAgent",
    }
)

# What a variable without a value gives.
ABSENT = "-"

# For each layer, the field and the value that show that it limited the request.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
LIMITED_BY: Mapping[Layer, tuple[str, str]] = MappingProxyType(
    {
        Layer.THROTTLE: ("errorResponseType", "THROTTLED"),
        Layer.QUOTA: ("errorResponseType", "QUOTA_EXCEEDED"),
        Layer.WAF: ("wafResponseCode", "WAF_BLOCK"),
    }
)


def access_log_format() -> str:
    """The format as the stage expects it: one line of JSON."""
    return json.dumps(dict(FIELDS), separators=(",", ":"))


class AccessLog(LogGroup):
    """Needs the account's CloudWatch role. Each request adds about 0.6 KB."""

    metrics: bool = True
    """Adds metric filters: how many requests each layer limited, and how many were throttled on each route."""
