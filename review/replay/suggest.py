"""Limits that would have let the 99th percentile of clients through."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.token_bucket import TOKEN
from review.numbers import plain
from review.replay.peaks import MOST_A_SECOND, RATES
from review.replay.replay import Replayed
from settings.waf.rate_rule import LOWEST_LIMIT

PERCENTILE = 99


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A limit, and why."""

    layer: str
    route: str
    """Empty where it is for all of them."""

    setting: dict[str, float]
    """As the environment file calls it."""

    because: str


def suggestions(replayed: Replayed) -> tuple[Suggestion, ...]:
    """From what the busiest clients and seconds asked for."""
    return (_waf(replayed), *_keys(replayed), *_routes(replayed))


def percentile(values: NDArray[np.int64]) -> int:
    """The smallest value that at least 99 of 100 do not exceed."""
    ordered = np.sort(values)
    return int(ordered[math.ceil(len(ordered) * PERCENTILE / 100) - 1])


def _waf(replayed: Replayed) -> Suggestion:
    """A limit that its estimate does not pass, whatever weight recent requests have."""
    seen = replayed.peaks.peak[replayed.peaks.peak > 0]
    peak = percentile(seen)
    limit = max(LOWEST_LIMIT, math.ceil(peak * (1 + replayed.waf.recency)))
    floor = f"; AWS's lowest limit is {LOWEST_LIMIT}" if limit > peak * (1 + replayed.waf.recency) else ""
    return Suggestion(
        layer="WAF",
        route="",
        setting={"limit": limit, "evaluation_window_sec": replayed.window_sec},
        because=f"{PERCENTILE}% of {len(seen):,} addresses sent at most {peak:,} in {replayed.window_sec} s{floor}",
    )


def _keys(replayed: Replayed) -> list[Suggestion]:
    """A burst of two seconds: a key's requests may come at the end of one second and the beginning of the next."""
    seen = replayed.peaks.key_peak[replayed.peaks.key_peak > 0]
    if not len(seen):
        return []
    peak = percentile(seen)
    return [
        Suggestion(
            layer="usage plan",
            route="",
            setting={"rate_limit": peak, "burst_limit": 2 * peak},
            because=f"{PERCENTILE}% of {len(seen):,} API keys sent at most {peak:,} in a second",
        )
    ]


def _routes(replayed: Replayed) -> list[Suggestion]:
    """A rate for its busy seconds, and the burst that would have refused nobody at that rate: it is everyone's."""
    found = []
    for index, route in enumerate(replayed.layers.routes):
        seconds = replayed.peaks.route_seconds[index].copy()
        last = min(int(replayed.peaks.route_count[index]), MOST_A_SECOND)
        if last:
            seconds[last] += 1
        total = int(seconds.sum())
        if not total:
            continue
        busy = int(np.searchsorted(np.cumsum(seconds), math.ceil(total * PERCENTILE / 100)))
        rate = next((number for number, each in enumerate(RATES) if each >= busy), len(RATES) - 1)
        burst = math.ceil(int(replayed.peaks.burst[index, rate]) / TOKEN)
        found.append(
            Suggestion(
                layer="method",
                route=route.key,
                setting={"rate_limit": RATES[rate], "burst_limit": burst},
                because=f"{PERCENTILE}% of its {total:,} busy seconds had at most {busy:,} requests; at "
                f"{plain(RATES[rate])}/s this burst refuses none of them",
            )
        )
    return found
