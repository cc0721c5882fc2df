"""The keys and their limits, the same for both."""

from settings.environment import Environment
from settings.token_limits.covering import limit_variables, plan_keys

TOKENS_PER_MINUTE = {"small": 1_000, "large": 100_000}
_KEYS_OF_A_PLAN = 80


class Keys:
    """Returns a new key each time."""

    def __init__(self) -> None:
        self._given = dict.fromkeys(TOKENS_PER_MINUTE, 0)

    def fresh(self, plan: str) -> str:
        """A key such as `small-3`. LiteLLM's check reads the plan from it."""
        self._given[plan] += 1
        return f"{plan}-{self._given[plan]}"


def function_variables(model: str) -> dict[str, str]:
    """The variables of the function of a route with these plans, as the settings render them for Terraform."""
    plans = {
        name: {"tokens_per_minute": limit, "api_keys": [f"{name}-{number}" for number in range(1, _KEYS_OF_A_PLAN + 1)]}
        for name, limit in TOKENS_PER_MINUTE.items()
    }
    route = {
        "method": "POST",
        "path": "/v1/{proxy+}",
        "api_key_required": True,
        "integration": {"type": "http", "url": f"{model}/v1/{{proxy}}", "response_transfer_mode": "STREAM"},
    }
    environment = Environment.model_validate(
        {
            "name": "bench",
            "aws": {"region": "us-east-1", "endpoint_url": model},
            "api": {"name": "bench"},
            "stage": {"name": "bench"},
            "throttling": {"rate_limit": 500, "burst_limit": 500},
            "usage_plans": plans,
            "routes": [route],
        }
    )
    ids = {key.name: key.name for plan in environment.usage_plans.values() for key in plan.keys}
    return {**limit_variables(environment, environment.routes[0]), "PLAN_KEYS": plan_keys(environment, ids)}
