"""Simulates the sized limits with the demand that they were sized for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.outcome import Outcome
from review.engine.rate_window import WafModel
from review.layers.layers import Layers, Plan, RateWindow, RouteLimits
from review.simulation.simulate import Group, simulate
from review.simulation.traffic import Steady, Traffic
from review.sizing.demand import Tier
from review.sizing.size import Size
from settings.quotas import USUAL
from settings.throttling import Throttle

_HOUR = 3600.0
_MOST_REQUESTS = 2_000_000
"""Of an hour. A minute is simulated if it has more, but never more than the limit below."""

_MOST_OF_A_MINUTE = 10_000_000
_ACCOUNT = Throttle(rate_limit=USUAL.rate_limit, burst_limit=USUAL.burst_limit)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The result of the simulation."""

    duration_sec: float
    groups: tuple[Group, ...]
    in_work: int
    """The most requests that ran at once."""


def prove(sized: Size, route: str) -> Proof:
    """Simulate an hour of the demand through the limits, or less of it if the demand is very large."""
    result = simulate(_layers(sized, route), _traffic(sized), WafModel())
    accepted = result.sent.time[result.sent.outcome == Outcome.ACCEPTED]
    return Proof(
        duration_sec=result.traffic.duration_sec,
        groups=result.groups,
        in_work=in_work(accepted, sized.demand.seconds),
    )


def in_work(accepted: NDArray[np.int64], seconds: float) -> int:
    """The most requests that run at once, if each takes that long. Times are in microseconds, in order."""
    if not len(accepted):
        return 0
    begun = np.searchsorted(accepted, accepted - round(seconds * 1e6), side="right")
    return int((np.arange(1, len(accepted) + 1) - begun).max())


def _plan(tier: Tier) -> str:
    """Not the bare name, because `none` has a meaning in traffic files."""
    return f"tier {tier.name}" if tier.name else ""


def _layers(sized: Size, route: str) -> Layers:
    has_plans = bool(sized.plans)
    bucket = Throttle(rate_limit=sized.rate_limit, burst_limit=sized.burst_limit)
    return Layers(
        name="sized",
        routes=(RouteLimits(key=route, bucket=bucket, own=True, key_required=has_plans),),
        account=_ACCOUNT,
        stage=bucket,
        windows=(RateWindow(name="per-ip", limit=sized.address_limit, window_sec=sized.window_sec),),
        plans=tuple(
            Plan(name=_plan(plan.tier), bucket=Throttle(rate_limit=plan.rate_limit, burst_limit=plan.burst_limit))
            for plan in sized.plans
        ),
    )


def _traffic(sized: Size) -> Traffic:
    demand = sized.demand
    duration = min(_HOUR, max(60.0, _MOST_REQUESTS / demand.rate), _MOST_OF_A_MINUTE / demand.rate)
    return Traffic(
        name="the demand",
        duration_sec=duration,
        clients=tuple(
            Steady(
                name=tier.name or "users",
                kind="steady",
                count=tier.users,
                rate=tier.requests_per_hour / _HOUR,
                usage_plan=_plan(tier),
            )
            for tier in demand.tiers
        ),
    )
