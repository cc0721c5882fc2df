"""Limits that would have let the 99th percentile of clients through."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.replay.peaks import MOST_A_SECOND
from review.replay.replay import Replayed
from settings.waf.rate_rule import LOWEST_LIMIT

PERCENTILE = 99


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A limit, and why."""

    setting: str
    value: str
    because: str


def suggestions(replayed: Replayed) -> tuple[Suggestion, ...]:
    """From what the busiest clients and seconds asked for."""
    return (_waf(replayed), *_routes(replayed), *_keys(replayed))


def percentile(values: NDArray[np.int64]) -> int:
    """The smallest value that at least 99 of 100 do not exceed."""
    ordered = np.sort(values)
    return int(ordered[math.ceil(len(ordered) * PERCENTILE / 100) - 1])


def _waf(replayed: Replayed) -> Suggestion:
    peak = percentile(replayed.peaks.peak[: len(replayed.clients)])
    limit = max(LOWEST_LIMIT, peak)
    floor = f", and AWS's lowest limit is {LOWEST_LIMIT}" if limit > peak else ""
    return Suggestion(
        setting=f"waf.rate_rules: limit (evaluation_window_sec = {replayed.window_sec})",
        value=f"{limit:,}",
        because=f"{PERCENTILE}% of {len(replayed.clients):,} clients sent at most {peak:,} in any "
        f"{replayed.window_sec} s{floor}",
    )


def _routes(replayed: Replayed) -> list[Suggestion]:
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
        most = int(np.flatnonzero(seconds)[-1])
        found.append(
            Suggestion(
                setting=f'throttling.routes."{route.key}"',
                value=f"rate_limit = {busy:,}, burst_limit = {most:,}",
                because=f"{PERCENTILE}% of its {total:,} busy seconds had at most {busy:,} requests, "
                f"the busiest {most:,}",
            )
        )
    return found


def _keys(replayed: Replayed) -> list[Suggestion]:
    seen = replayed.peaks.key_peak[replayed.peaks.key_peak > 0]
    if not len(seen):
        return []
    peak = percentile(seen)
    return [
        Suggestion(
            setting="usage_plans: throttle",
            value=f"rate_limit = {peak:,}, burst_limit = {peak:,}",
            because=f"{PERCENTILE}% of {len(seen):,} API keys sent at most {peak:,} in any second",
        )
    ]
