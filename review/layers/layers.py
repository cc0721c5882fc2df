"""The limits of one environment as plain values, in the order in which AWS asks them.

WAF, then the API key's usage plan (first the plan's throttle of that method, then the plan's own, then its quota), then
the method's throttle or the stage's, then the account's, then those of the function in front of a model. What of it AWS
says, and what is assumed: docs/limits.md.
"""

from dataclasses import dataclass
from math import inf

from review.layers.token_layer import TokenLayer
from settings.throttling import Throttle
from settings.usage_plan import Quota


@dataclass(frozen=True, kw_only=True, slots=True)
class RateWindow:
    """A WAF rate-based rule."""

    name: str
    limit: int
    window_sec: int

    key: tuple[str, ...] = ("ip",)
    """What makes two requests of one client: `ip`, `forwarded_ip`, `header:<name>`, `method`, `path`, ...; nothing
    where all requests are counted together (CONSTANT)."""

    routes: frozenset[str] | None = None
    """Only these routes are counted; None: every one."""

    exempt: tuple[str, ...] = ()
    """CIDR ranges whose requests are neither counted nor limited."""

    blocks: bool = True
    """False where the rule's action only counts."""

    def covers(self, route: str) -> bool:
        """Whether the rule counts requests of that route at all."""
        return self.routes is None or route in self.routes

    @property
    def per_second(self) -> float:
        """The steady rate that stays just within the limit."""
        return self.limit / self.window_sec


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A usage plan, whose limits hold for each of its keys."""

    name: str
    bucket: Throttle | None = None
    routes: dict[str, Throttle] | None = None
    quota: Quota | None = None
    keys: tuple[str, ...] = ()

    def bucket_of(self, route: str) -> Throttle | None:
        """The plan's own bucket of that route, where it has one."""
        return (self.routes or {}).get(route)


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteLimits:
    """A method of a path and its bucket."""

    key: str

    bucket: Throttle | None
    """Shared by all callers of this route. None: only the account's bucket stands before it."""

    own: bool
    """True where the route has a throttle of its own, False where it has one of the stage-wide size."""

    key_required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryAfter:
    """What a limited caller is told to wait, in seconds; for ever where it is told not to ask again."""

    throttle: float = 1
    quota: float = inf
    waf: float = inf


@dataclass(frozen=True, kw_only=True, slots=True)
class Layers:
    """All limits that a request of one environment meets."""

    name: str
    routes: tuple[RouteLimits, ...]
    account: Throttle
    stage: Throttle
    windows: tuple[RateWindow, ...] = ()
    plans: tuple[Plan, ...] = ()
    retry_after: RetryAfter = RetryAfter()
    tokens: TokenLayer | None = None
    """None if no route has limits in tokens, money or concurrent requests."""

    meterable: TokenLayer | None = None
    """The same of every route that could have such limits, without any; None if no route could."""

    key_headers: tuple[str, ...] = ("x-api-key",)
    """Where callers send their API keys, in small letters."""
    path_prefixes: tuple[str, ...] = ()
    """What may stand before a route's path in a log: the stage's name, a custom domain's base path."""

    left_out: tuple[str, ...] = ()
    """What the environment limits and the review cannot know, in sentences."""
