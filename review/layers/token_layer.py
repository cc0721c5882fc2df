"""The function in front of a model as plain values: the last layer, after every throttle of API Gateway.

What it limits and in which order: docs/token-limits.md. How it decides: docs/adr/0008-limits-in-tokens.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from settings.token_limits.covering import PLAN
from settings.token_limits.limits import LIMITS

KINDS = LIMITS
"""In the function's order: its limits.mjs."""

REQUESTS, TOKENS, DAY, USD, CONCURRENT = range(len(KINDS))


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenBudget:
    """One budget of each caller that `by` tells apart."""

    name: str
    by: tuple[str, ...]
    limits: Mapping[str, float]
    routes: frozenset[str]
    plan: str | None = None
    """Only for keys of that plan."""

    models: tuple[str, ...] = ()
    observes: bool = False
    shards: int = 1

    @property
    def words(self) -> str:
        """For tables."""
        return f"plan {self.plan}" if self.name == PLAN else self.name

    def names(self, model: str | None) -> bool:
        """Whether it counts requests of that model; one that names none is held to the limits of every model."""
        return not self.models or model is None or any(_matches(pattern, model) for pattern in self.models)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeteredRoute:
    """A route with a function in front of its model."""

    model: str | None
    """Of a Bedrock route; elsewhere the request names it."""

    generates: bool
    """False for embeddings, which have no output to reserve."""

    reads_body: bool
    """False for methods without a body, which use no tokens."""

    timeout_ms: int
    """How long API Gateway waits for the function."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenLayer:
    """All budgets of an environment, and how its functions count."""

    budgets: tuple[TokenBudget, ...]
    routes: Mapping[str, MeteredRoute]
    weights: Mapping[str, float]
    """What one token of each kind counts."""

    default_max_tokens: int
    prices: Mapping[str, Mapping[str, float]]
    """By model and kind of token, in USD per million."""

    def price_of(self, model: str | None) -> Mapping[str, float] | None:
        """None if the file has no price of it."""
        return None if model is None else self.prices.get(model)

    def words_of(self, limit: int) -> str:
        """`tokens_per_minute of plan gold`, by the number that the engine has for it."""
        budget, kind = divmod(limit, len(KINDS))
        return f"{KINDS[kind]} of {self.budgets[budget].words}"


def _matches(pattern: str, model: str) -> bool:
    """The same as in constructs/gateway/metered_function/meter.mjs."""
    limited, named = pattern.strip().lower(), model.strip().lower()
    return named.startswith(limited[:-1]) if limited.endswith("*") else named == limited
