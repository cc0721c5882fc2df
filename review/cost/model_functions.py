"""The packaged function in front of a model, and what one request costs of it."""

from dataclasses import dataclass
from typing import assert_never

from settings.environment import Environment
from settings.integration import (
    AwsServiceIntegration,
    BedrockIntegration,
    HttpIntegration,
    LambdaIntegration,
    MockIntegration,
    PrivateIntegration,
    SagemakerIntegration,
)
from settings.observability.log_group import DEFAULT_RETENTION_IN_DAYS
from settings.route import Route
from settings.token_limits.covering import covering
from settings.token_limits.limits import LIMITS

_MB_OF_A_GB = 1024

# One line of embedded metric format for each request, as constructs/gateway/metered_function/metrics.mjs writes it, and
# Lambda's own lines START, END and REPORT. CloudWatch Logs adds 26 bytes to each line:
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html, read 2026-11.
# tests/metering/test_function.py compares the first number with a line of the function.
METERED_LINE_BYTES = 880
LAMBDA_LINES_BYTES = 350

# What the function reports in any case; UsdUsed needs a price, the rest a limit that refuses or a mode that counts.
_METRICS = (
    "Requests",
    "TokensReserved",
    "TokensUsed",
    "LimiterMilliseconds",
    "LimiterUnavailable",
    "SettleFailed",
)
_REFUSED = {
    "requests_per_minute": "RequestsRefused",
    "tokens_per_minute": "TokensRefused",
    "tokens_per_day": "TokensRefused",
    "usd_per_month": "BudgetRefused",
    "concurrent_requests": "ConcurrencyRefused",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFunction:
    """One request of the function in front of a model."""

    route: str
    memory_mb: int
    seconds: float
    """How long it runs: as long as the model answers, and no longer than the route's timeout."""

    log_bytes: int
    retention_in_days: int

    @property
    def gb_seconds(self) -> float:
        """What Lambda charges for."""
        return self.memory_mb / _MB_OF_A_GB * self.seconds


def model_function(environment: Environment, answer_seconds: float) -> ModelFunction | None:
    """The function of the route that costs the most. None if no route has a packaged function in front of a model."""
    found = [each for route in environment.routes if (each := _of_route(environment, route, answer_seconds))]
    return max(found, key=lambda each: (each.gb_seconds, each.log_bytes), default=None)


def token_metrics(environment: Environment) -> int:
    """How many metrics the functions in front of models report. All routes share them."""
    budgets = [budget for route in environment.routes for budget in covering(environment, route)]
    if not budgets:
        return 0
    enforced = [budget for budget in budgets if budget.mode != "count"]
    found = {*_METRICS, *(_REFUSED[name] for budget in enforced for name in LIMITS if name in budget.limits)}
    if environment.token_prices:
        found.add("UsdUsed")
    if len(enforced) < len(budgets):
        found.add("WouldRefuse")
    return len(found)


def _of_route(environment: Environment, route: Route, answer_seconds: float) -> ModelFunction | None:
    integration, metered = route.integration, bool(covering(environment, route))
    match integration:
        case BedrockIntegration():
            memory, retention = integration.memory_size, int(integration.log_retention_in_days)
        case HttpIntegration() | PrivateIntegration():
            if not metered:
                return None
            memory, retention = environment.token_metering.memory_size, DEFAULT_RETENTION_IN_DAYS
        case LambdaIntegration() | MockIntegration() | SagemakerIntegration() | AwsServiceIntegration():
            return None
        case other:
            assert_never(other)
    return ModelFunction(
        route=route.key,
        memory_mb=memory,
        seconds=min(answer_seconds, integration.timeout_milliseconds / 1000),
        log_bytes=LAMBDA_LINES_BYTES + (METERED_LINE_BYTES if metered else 0),
        retention_in_days=retention,
    )
