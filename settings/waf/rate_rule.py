"""One `[[waf.rate_rules]]` table: how many requests one client may send in a window."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.base import Items, Settings
from settings.problem import Problem, refuse
from settings.waf.custom_key import MOST_KEYS, AnyKey, Fallback, identity, kind_of
from settings.waf.scope_down import ScopeDown

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
LOWEST_LIMIT, HIGHEST_LIMIT = 10, 2_000_000_000

# A rule's metric has the rule's name, and AWS reserves two names.
# https://docs.aws.amazon.com/waf/latest/APIReference/API_VisibilityConfig.html
RESERVED_METRICS = frozenset({"All", "Default_Action"})


def _not_reserved(name: str) -> str:
    if name in RESERVED_METRICS:
        raise ValueError("AWS reserves this name for its own metric")
    return name


PREFLIGHTS = "OPTIONS *"
"""In `routes`: every OPTIONS request, whatever its path."""

RuleName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$"), AfterValidator(_not_reserved)]
Limit = Annotated[int, Field(ge=LOWEST_LIMIT, le=HIGHEST_LIMIT)]


class ForwardedIp(Settings):
    """The header in which a proxy in front writes the client's address.

    WAF reads the first address in the header. A client can set that header itself, so it can forge the address.
    """

    header_name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,255}$")]
    """The header with the client's address."""

    fallback_behavior: Fallback
    """For a header without a valid address: MATCH applies the rule's action, NO_MATCH lets the request by."""


class RateRule(Settings):
    """A WAF rate-based rule. WAF estimates the rate with a delay of seconds to minutes. It does not count exactly."""

    name: RuleName
    """Name of the rule and of its metric, unique in the web ACL."""

    limit: Limit
    """Requests of one client within the window."""

    count_limit: Limit | None = None
    """A lower limit for a second rule in front, which only counts. It shows who comes close before anyone is blocked.
    """

    evaluation_window_sec: Literal[60, 120, 300, 600] = 300
    """The time over which AWS counts requests, in seconds. It is not how often AWS checks."""

    aggregate_key_type: Literal["IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT"] = "IP"
    """Whose requests are counted together. CONSTANT counts all callers together."""

    action: Literal["block", "count", "captcha", "challenge"] = "block"
    """`block` answers 429. `captcha` and `challenge` are for browsers: an API client cannot solve them."""

    routes: Items[str] = ()
    """Counts only these routes, by `METHOD /path`. Default: everything except for OPTIONS, so that preflights do not
    use the budget.

    `["OPTIONS *"]` counts preflights and every other OPTIONS request.
    """

    forwarded_ip: ForwardedIp | None = None
    custom_keys: Items[AnyKey] = ()
    scope_down: ScopeDown | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        refuse(self, *self._wrong_keys(), *self._wrong_addresses(), *self._wrong_tier())
        return self

    def _wrong_keys(self) -> Iterator[Problem]:
        kinds = [kind_of(key) for key in self.custom_keys]
        if self.aggregate_key_type != "CUSTOM_KEYS":
            if kinds:
                yield Problem(("custom_keys",), f"need aggregate_key_type CUSTOM_KEYS, not {self.aggregate_key_type}")
            return
        if not 1 <= len(kinds) <= MOST_KEYS:
            yield Problem(("custom_keys",), f"aggregate_key_type CUSTOM_KEYS needs 1 to {MOST_KEYS}")
        elif set(kinds) <= {"ip", "forwarded_ip"}:
            yield Problem(
                ("custom_keys",),
                "must contain a key besides ip and forwarded_ip; for these alone use aggregate_key_type IP or "
                "FORWARDED_IP",
            )
        identities = [identity(key) for key in self.custom_keys]
        twice = next((index for index, key in enumerate(identities) if key in identities[:index]), None)
        if twice is not None:
            yield Problem(("custom_keys", twice), f"AWS allows {identities[twice]} once")

    def _wrong_addresses(self) -> Iterator[Problem]:
        forwards = self.aggregate_key_type == "FORWARDED_IP" or "forwarded_ip" in self.custom_keys
        if forwards and self.forwarded_ip is None:
            yield Problem(("forwarded_ip",), "must be { header_name = ..., fallback_behavior = ... }")
        if self.forwarded_ip and not forwards:
            yield Problem(("forwarded_ip",), "needs aggregate_key_type FORWARDED_IP, or forwarded_ip in custom_keys")
        if self.aggregate_key_type == "CONSTANT" and not (self.routes or self.scope_down):
            yield Problem(("aggregate_key_type",), "counts all callers together and needs routes or scope_down")

    def _wrong_tier(self) -> Iterator[Problem]:
        where = ("count_limit",)
        if self.count_limit is None:
            return
        if self.action == "count":
            yield Problem(where, "is only for rules that limit; the action of this rule is already count")
        if self.count_limit >= self.limit:
            yield Problem(where, f"must be below limit, {self.limit}")

    @property
    def counts(self) -> dict[str, object]:
        """Which requests it counts and by which key, without its name, its limits and its action."""
        by = {"evaluation_window_sec", "aggregate_key_type", "forwarded_ip", "custom_keys", "scope_down"}
        return {**self.model_dump(include=by), "routes": sorted(self.routes)}

    @property
    def counts_preflights(self) -> bool:
        """Whether it counts every OPTIONS request and nothing else."""
        return PREFLIGHTS in self.routes

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rules in the web ACL that it becomes."""
        return (f"{self.name}-count", self.name) if self.count_limit is not None else (self.name,)
