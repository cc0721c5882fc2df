"""The metrics that AWS documents, and their sets of dimensions."""

from collections.abc import Mapping
from types import MappingProxyType

from settings.metrics import API_GATEWAY, WAF

# Namespace -> metrics, and their sets of dimensions. Read 2026-11.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html (what a web ACL and its rules report)
DOCUMENTED_METRICS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        API_GATEWAY: frozenset(
            {"4XXError", "5XXError", "CacheHitCount", "CacheMissCount", "Count", "IntegrationLatency", "Latency"}
        ),
        WAF: frozenset(
            {"AllowedRequests", "BlockedRequests", "CountedRequests", "CaptchaRequests", "ChallengeRequests"}
        ),
    }
)
DOCUMENTED_DIMENSIONS: Mapping[str, frozenset[frozenset[str]]] = MappingProxyType(
    {
        API_GATEWAY: frozenset(
            {
                frozenset({"ApiName"}),
                frozenset({"ApiName", "Stage"}),
                frozenset({"ApiName", "Stage", "Method", "Resource"}),
            }
        ),
        WAF: frozenset({frozenset({"WebACL", "Rule", "Region"})}),
    }
)
