"""The input: who calls how often, how long an answer takes, and what there is to serve it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from review.refusal import ReviewError

_HOUR = 3600
MOST_USERS = 1_000_000
_TIER_PARTS = (3, 4)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
"""The name of a usage plan, as in settings/usage_plan.py."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """Callers of one kind. If they have a name, they hold keys of the usage plan with that name."""

    name: str
    users: int
    requests_per_hour: float
    """Requests of each caller in the busiest hour."""

    tokens: int
    """Tokens of a request, prompt and answer together; 0 if unknown."""

    @property
    def rate(self) -> float:
        """Requests per second of all of them."""
        return self.users * self.requests_per_hour / _HOUR


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """Everything that the limits depend on."""

    tiers: tuple[Tier, ...]
    seconds: float
    """Duration of an answer, to its last token."""

    slots: int = 0
    """Requests that the backend processes at once; 0 if it has no such limit."""

    requests_per_minute: int = 0
    """A quota of the account or the provider; 0 if there is none."""

    tokens_per_minute: int = 0
    per_address: int = 1
    """Users behind one IP address."""

    quantile: float = 0.99

    @property
    def rate(self) -> float:
        """Requests per second of all callers in the busiest hour."""
        return sum(tier.rate for tier in self.tiers)

    @property
    def tokens(self) -> float:
        """Average tokens of a request; 0 if unknown."""
        known = [tier for tier in self.tiers if tier.tokens]
        sent = sum(tier.rate for tier in known)
        return sum(tier.rate * tier.tokens for tier in known) / sent if sent else 0.0


def tiers_of(
    said: Sequence[str], *, users: int, requests_per_hour: float, tokens: int, tokens_per_minute: int
) -> tuple[Tier, ...]:
    """The tiers that `--tier` describes, or the only one, which has no name. `tokens`: of a request, for a tier without
    a number of its own.

    Raises ReviewError if both kinds are given, or neither, if two tiers have the same name, or if a request does not
    fit into `tokens_per_minute`.
    """
    if bool(said) == bool(users and requests_per_hour) or (said and (users or requests_per_hour)):
        raise ReviewError("size needs --users and --requests-per-hour, or --tier; see --help")
    if tokens_per_minute and not (tokens or any(each.count(":") >= max(_TIER_PARTS) - 1 for each in said)):
        raise ReviewError("--tokens-per-minute needs --tokens, the tokens of a request")
    tiers = tuple(tier_of(each, tokens) for each in said) or (
        Tier(name="", users=users, requests_per_hour=requests_per_hour, tokens=tokens),
    )
    if len({each.name for each in tiers}) < len(tiers):
        raise ReviewError("--tier: two have the same name")
    for each in tiers:
        if tokens_per_minute and each.tokens > tokens_per_minute:
            raise ReviewError(
                f"a request with {each.tokens:,} tokens does not fit into a quota of {tokens_per_minute:,} tokens a "
                "minute"
            )
    return tiers


def tier_of(text: str, tokens: int) -> Tier:
    """Parse `free:500:4` or `free:500:4:800`: name, users, requests per hour of each, tokens. Raises ReviewError."""
    parts = text.split(":")
    wrong = ReviewError(
        f"--tier {text}: must be NAME:USERS:REQUESTS_PER_HOUR or NAME:USERS:REQUESTS_PER_HOUR:TOKENS, with at most "
        f"{MOST_USERS:,} users"
    )
    if len(parts) not in _TIER_PARTS or not _NAME.fullmatch(parts[0]):
        raise wrong
    try:
        users, each = int(parts[1]), float(parts[2])
        of_request = int(parts[3]) if len(parts) == max(_TIER_PARTS) else tokens
    except ValueError:
        raise wrong from None
    if not (0 < users <= MOST_USERS and 0 < each <= _HOUR * 1000 and of_request >= 0):
        raise wrong
    return Tier(name=parts[0], users=users, requests_per_hour=each, tokens=of_request)
