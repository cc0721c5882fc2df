"""The arithmetic: from demand and capacity to a bucket for all, one for each caller, and a limit for each address.

Little's law gives the number of requests in progress: arrivals per second times seconds for each. With independent
arrivals, that number is Poisson distributed, whatever the answers' lengths (M/G/infinity). A token bucket lets `burst`
and then `rate` per second through, so at most burst + rate x T in any T seconds. This must not exceed what there is for
T seconds. Little, "A Proof for the Queuing Formula: L = lambda W", 1961, https://doi.org/10.1287/opre.9.3.383
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from review.numbers import plain
from review.sizing.demand import Demand, Tier
from review.sizing.poisson import quantile
from settings.quotas import USUAL
from settings.throttling import DECIMALS, LOWEST_RATE
from settings.waf.rate_rule import LOWEST_LIMIT

_MINUTE = 60
_HOUR = 3600
WINDOW_SEC = 300
"""Of the rate rule; AWS's own default."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of the arithmetic."""

    what: str
    how: str
    result: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """The capacity in a period: slots during an answer, or a quota in a minute."""

    name: str
    seconds: float
    requests: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanSize:
    """The usage plan of one tier, for each key."""

    tier: Tier
    rate_limit: float
    burst_limit: int
    tokens_per_minute: int
    """0 if unknown."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """The limits, and how they were computed."""

    demand: Demand
    rate_limit: float
    burst_limit: int
    plans: tuple[PlanSize, ...]
    address_limit: int
    window_sec: int
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]


def size(demand: Demand) -> Size:
    """Limits that admit the demand at its quantile, but not more than there is to serve it."""
    return _Sizing(demand).all()


class _Sizing:
    def __init__(self, demand: Demand) -> None:
        self._demand = demand
        self._steps: list[Step] = []
        self._warnings: list[str] = []

    def all(self) -> Size:
        self._arrivals()
        rate, burst = self._within_account(*self._shared())
        plans = tuple(self._plan(tier, rate, burst) for tier in self._demand.tiers if tier.name)
        return Size(
            demand=self._demand,
            rate_limit=rate,
            burst_limit=burst,
            plans=plans,
            address_limit=self._address(plans, rate),
            window_sec=WINDOW_SEC,
            steps=tuple(self._steps),
            warnings=tuple(self._warnings),
        )

    def _step(self, what: str, how: str, result: str) -> None:
        self._steps.append(Step(what=what, how=how, result=result))

    def _arrivals(self) -> None:
        demand = self._demand
        how = " + ".join(f"{tier.users:,} x {plain(tier.requests_per_hour)}" for tier in demand.tiers)
        how = f"({how})" if len(demand.tiers) > 1 else how
        self._step("arrivals", f"{how} / 3,600 s", f"{_short(demand.rate)}/s")
        mean = demand.rate * demand.seconds
        self._step(
            "in progress on average (Little's law)",
            f"{_short(demand.rate)}/s x {plain(demand.seconds)} s",
            _short(mean),
        )
        self._step(
            f"in progress at most, {percent(demand.quantile)} of the time",
            f"Poisson quantile of {_short(mean)}",
            f"{quantile(mean, demand.quantile):,}",
        )

    def _resources(self) -> Iterator[Resource]:
        demand = self._demand
        if demand.slots:
            yield Resource(
                name=f"{demand.slots:,} slot{'s' if demand.slots > 1 else ''}",
                seconds=demand.seconds,
                requests=demand.slots,
            )
        if demand.requests_per_minute:
            name = f"{demand.requests_per_minute:,} requests a minute"
            yield Resource(name=name, seconds=_MINUTE, requests=demand.requests_per_minute)
        if demand.tokens_per_minute and demand.tokens:
            requests = demand.tokens_per_minute / demand.tokens
            name = f"{demand.tokens_per_minute:,} tokens a minute / {plain(round(demand.tokens))} a request"
            yield Resource(name=name, seconds=_MINUTE, requests=requests)

    def _shared(self) -> tuple[float, int]:
        """The resource that allows the lowest rate."""
        found = [self._bucket(resource) for resource in self._resources()]
        if not found:
            most = quantile(self._demand.rate * _MINUTE, self._demand.quantile)
            burst = max(1, most - math.floor(self._demand.rate * _MINUTE))
            self._step(
                "shared bucket: rate",
                f"{percent(self._demand.quantile)} of minutes have at most {most:,} requests: {most:,} / 60 s",
                f"{_short(most / _MINUTE)}/s",
            )
            self._step(
                "shared bucket: burst",
                f"{most:,} less the {_short(self._demand.rate * _MINUTE)} of an average minute",
                f"{burst:,}",
            )
            return _up(most / _MINUTE), burst
        rate, burst = min(bucket for bucket in found)
        burst = min(each for _, each in found)
        if len(found) > 1:
            self._step("shared bucket", "the lowest rate and the lowest burst of these", f"{_short(rate)}/s, {burst:,}")
        if rate < self._demand.rate:
            self._warnings.append(
                f"The busiest hour needs {_short(self._demand.rate)} requests per second, and {_short(rate)} are "
                "available. "
                f"About {1 - rate / self._demand.rate:.0%} would be refused."
            )
        return rate, burst

    def _within_account(self, rate: float, burst: int) -> tuple[float, int]:
        """API Gateway itself has a bucket for each account and Region."""
        within = min(rate, USUAL.rate_limit), min(burst, USUAL.burst_limit)
        if within != (rate, burst):
            self._step("shared bucket", "API Gateway's quota of an account", f"{_short(within[0])}/s, {within[1]:,}")
            self._warnings.append(
                f"{_short(rate)} requests per second and {burst:,} at once are above API Gateway's quota of an "
                "account, "
                f"which is {USUAL.rate_limit:,.0f} and {USUAL.burst_limit:,}. AWS raises it on request."
            )
        return within

    def _bucket(self, resource: Resource) -> tuple[float, int]:
        mean = self._demand.rate * resource.seconds
        most = quantile(mean, self._demand.quantile)
        wanted = max(1, most - math.floor(mean))
        burst = max(1, min(wanted, math.floor(resource.requests - mean)))
        if most > resource.requests >= mean:
            self._warnings.append(
                f"{resource.name}: the demand reaches {most:,} requests in {plain(resource.seconds)} s, and "
                f"{plain(math.floor(resource.requests))} fit. Fewer than {percent(self._demand.quantile)} get "
                "through at once."
            )
        rate, how = (resource.requests - burst) / resource.seconds, f"({_short(resource.requests)} - {burst:,})"
        if rate <= 0:
            # The next token arrives when the previous request is done.
            rate, how = resource.requests / resource.seconds, f"one after the other: {_short(resource.requests)}"
        self._step(
            f"{resource.name}: burst",
            f"at most {most:,} in {plain(resource.seconds)} s, less the {_short(mean)} on average",
            f"{burst:,}",
        )
        self._step(
            f"{resource.name}: rate",
            f"{how} / {plain(resource.seconds)} s",
            f"{_short(_down(rate))}/s",
        )
        return _down(rate), burst

    def _plan(self, tier: Tier, shared_rate: float, shared_burst: int) -> PlanSize:
        """A caller should exceed its limit in one of a hundred busy hours, so the quantile is one of minutes.

        No key can have more than all of them share.
        """
        share = 1 - (1 - self._demand.quantile) / (_HOUR / _MINUTE)
        mean = tier.requests_per_hour / _MINUTE
        burst = max(1, quantile(mean, share))
        rate = _up(burst / _MINUTE)
        self._step(
            f"{tier.name}, each key: burst",
            f"Poisson quantile ({percent(share)}) of {_short(mean)} requests a minute",
            f"{burst:,}",
        )
        self._step(
            f"{tier.name}, each key: rate", f"refills the burst in a minute: {burst:,} / 60 s", f"{_short(rate)}/s"
        )
        if tier.tokens:
            self._step(
                f"{tier.name}, each key: tokens a minute", f"{burst:,} x {tier.tokens:,}", f"{burst * tier.tokens:,}"
            )
        within_burst = min(burst, shared_burst)
        # One address that uses up a key is still below what all callers share.
        most = _down(max(shared_rate / 2, shared_rate - (within_burst + 1) / WINDOW_SEC))
        within = (min(_up((2 * burst - within_burst) / _MINUTE), most), within_burst)
        if within != (rate, burst):
            # As many in a minute, but fewer of them at once.
            self._step(
                f"{tier.name}, each key: less than all share",
                f"(2 x {burst:,} - {within_burst:,}) / 60 s, at most {_short(most)}/s",
                f"{_short(within[0])}/s, {within[1]:,}",
            )
        return PlanSize(tier=tier, rate_limit=within[0], burst_limit=within[1], tokens_per_minute=burst * tier.tokens)

    def _address(self, plans: tuple[PlanSize, ...], shared_rate: float) -> int:
        """For the busiest kind of user, and at least what a plan allows, since one server calls from one address. Below
        what all callers share, so that one address cannot have all of it.
        """
        demand = self._demand
        busiest = max(tier.requests_per_hour for tier in demand.tiers)
        mean = demand.per_address * busiest * WINDOW_SEC / _HOUR
        share = 1 - (1 - demand.quantile) / (_HOUR / WINDOW_SEC)
        of_users = quantile(mean, share)
        self._step(
            "each address: its users",
            f"Poisson quantile ({percent(share)}) of {demand.per_address:,} x {plain(busiest)} / 3,600 s x "
            f"{WINDOW_SEC} s",
            f"{of_users:,}",
        )
        most = math.ceil(shared_rate * WINDOW_SEC) - 1
        if of_users > most >= LOWEST_LIMIT:
            self._step(
                "each address: not all of the route",
                f"less than {_short(shared_rate)}/s x {WINDOW_SEC} s",
                f"{most:,}",
            )
            of_users = most
        limit = of_users
        if plans:
            dearest = max(plans, key=lambda plan: plan.rate_limit * WINDOW_SEC + plan.burst_limit)
            sold = math.ceil(dearest.rate_limit * WINDOW_SEC + dearest.burst_limit)
            self._step(
                "each address: what a plan grants",
                f"{dearest.tier.name}: {_short(dearest.rate_limit)}/s x {WINDOW_SEC} s + {dearest.burst_limit:,}",
                f"{sold:,}",
            )
            limit = max(limit, sold)
        if limit < LOWEST_LIMIT:
            self._step("each address", "AWS's minimum", f"{LOWEST_LIMIT}")
        return max(limit, LOWEST_LIMIT)


def _down(rate: float) -> float:
    """Rounded to three significant digits, and never upwards."""
    return _rounded(rate, math.floor)


def _up(rate: float) -> float:
    return _rounded(rate, math.ceil)


def _rounded(rate: float, whole: Callable[[float], int]) -> float:
    scale = 10.0 ** (2 - math.floor(math.log10(rate)))
    # The binary representation must not change a value that is already exact.
    return float(max(LOWEST_RATE, round(whole(round(rate * scale, 6)) / scale, DECIMALS)))


def percent(share: float) -> str:
    """`99%`, `99.917%`: never rounded up to 100%."""
    return f"{math.floor(round(share * 1e7, 3)) / 1e5:g}%"


def _short(value: float) -> str:
    """`12.3`, `0.667`, `1,200`."""
    return plain(round(value, 1)) if value >= 10 else plain(float(f"{value:.3g}"))  # noqa: PLR2004  # three digits
