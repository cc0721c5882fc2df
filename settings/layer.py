"""The layers that can limit a request. The 429, the log, the metrics and the dashboard use their names."""

from enum import StrEnum


class Layer(StrEnum):
    """What limited a request. A field of `retry_after` has the same name."""

    THROTTLE = "throttle"
    QUOTA = "quota"
    WAF = "waf"

    @property
    def words(self) -> str:
        """The layer in words, for people."""
        return "WAF" if self is Layer.WAF else self.value

    @property
    def code(self) -> str:
        """The 429 body's `error.code`."""
        match self:
            case Layer.THROTTLE:
                return "rate_limit_exceeded"
            case Layer.QUOTA:
                return "quota_exceeded"
            case Layer.WAF:
                return "ip_rate_limit_exceeded"

    @property
    def metric(self) -> str:
        """The metric that counts the requests that this layer limited."""
        match self:
            case Layer.THROTTLE:
                return "Throttled"
            case Layer.QUOTA:
                return "QuotaExceeded"
            case Layer.WAF:
                return "WafBlocked"

    @property
    def metric_by_route(self) -> str:
        """The metric that counts the same requests by route."""
        return f"{self.metric}ByRoute"
