"""The `$context` variables that an access log of a REST API can contain.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html, read
2026-11; for streams .../developerguide/response-streaming-troubleshoot.html; for TLS
.../developerguide/apigateway-security-policies.html. Without those whose name the API's author chooses
(`authorizer.claims.<property>`, `authorizer.<property>`) and those of data transformations.
"""

_OF_PHASES = {
    "authenticate": ("error", "latency", "status"),
    "authorize": ("error", "latency", "status"),
    "authorizer": ("error", "integrationLatency", "integrationStatus", "latency", "principalId", "requestId", "status"),
    "customDomain": ("basePathMatched",),
    "error": ("message", "messageString", "responseType", "validationErrorString"),
    "identity": (
        *("accountId", "apiKey", "apiKeyId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType"),
        *("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "sourceIp", "user", "userAgent", "userArn"),
        "clientCert.clientCertPem",
        "clientCert.issuerDN",
        "clientCert.serialNumber",
        "clientCert.subjectDN",
        "clientCert.validity.notAfter",
        "clientCert.validity.notBefore",
    ),
    "integration": (
        *("error", "integrationStatus", "latency", "requestId", "responseTransferMode", "status"),
        *("timeToAllHeaders", "timeToFirstContent"),
    ),
    "responseOverride": ("status",),
    "waf": ("error", "latency", "status"),
}

_PLAIN = (
    *("accountId", "apiId", "awsEndpointRequestId", "deploymentId", "domainName", "domainPrefix", "extendedRequestId"),
    *("httpMethod", "integrationLatency", "integrationStatus", "isCanaryRequest", "path", "protocol", "requestId"),
    *("requestTime", "requestTimeEpoch", "resourceId", "resourcePath", "responseLatency", "responseLength", "stage"),
    *("status", "wafResponseCode", "webaclArn", "xrayTraceId"),
    *("tlsVersion", "cipherSuite"),
)

VARIABLES = frozenset(
    {f"$context.{name}" for name in _PLAIN}
    | {f"$context.{phase}.{name}" for phase, names in _OF_PHASES.items() for name in names}
)
