"""The meaning of each field of the access log, as in docs/observability.md."""

from collections.abc import Mapping
from types import MappingProxyType

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "requestId": "API Gateway's id of the request; a client may have set it",
        "extendedRequestId": "the id that a client cannot set",
        "requestTimeEpoch": "when the request came, milliseconds since 1970",
        "sourceIp": "the address of the connection",
        "httpMethod": "the method; with `resourcePath` the route",
        "resourcePath": "the route's path as deployed: `/v1/models/{id}`",
        "status": "the status that the caller got",
        "responseLatency": "milliseconds until the answer, the backend's included",
        "integrationLatency": "milliseconds of the backend, of a stream to its last byte",
        "timeToFirstContent": "milliseconds until a stream's first byte: the wait for the first token",
        "integrationStatus": "the backend's own status",
        "responseLength": "bytes of the answer's body",
        "apiKeyId": "the id of the API key; it is in one usage plan of the stage",
        "errorResponseType": "which gateway response: `THROTTLED`, `QUOTA_EXCEEDED`, ...",
        "wafResponseCode": "`WAF_ALLOW` or `WAF_BLOCK`",
        "wafStatus": "the status that WAF answered API Gateway with",
        "webaclArn": "the web ACL that decided",
        "userAgent": "sent by the client",
    }
)
