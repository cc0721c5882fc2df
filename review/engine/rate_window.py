"""An estimate of WAF's rate-based rules, from what AWS documents and assumptions for the rest.

Documented: each key is counted separately in a look-back window. Above the limit, the action applies until the rate
falls. At most 10,000 keys are limited at once, those with the highest rates. A request without the key is not counted.
The estimate gives more weight to recent requests. The delay is usually below 30 seconds, at worst several minutes. AWS
checks the rate about every 10 seconds (EvaluationWindowSec of API_RateBasedStatement, read 2026-11). Not documented,
and therefore parameters here: how late the counts are, and how recent requests are weighted. Sources, in
https://docs.aws.amazon.com/waf/latest/developerguide/: waf-rule-statement-type-rate-based-caveats.html,
waf-rule-statement-type-rate-based-high-level-settings.html, waf-rule-statement-type-rate-based-request-limiting.html
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit, jit_allocating
from review.layers.layers import RateWindow

MOST_LIMITED = 10_000
"""The number of keys that one rule can limit at once."""

_MICROSECONDS = 1_000_000
_NEVER = -1
# AWS documents "up to several minutes". A longer lag would make the ring of each key longer.
_LONGEST_LAG = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class WafModel:
    """Properties of a rate-based rule that AWS does not document. The defaults add up to its "usually below 30
    seconds".
    """

    interval_sec: int = 10
    """Interval at which the rate is checked; a divisor of 60."""

    lag_sec: int = 20
    """Age of the youngest counted request at that moment, rounded up to whole intervals."""

    recency: float = 0.0
    """0: every request in the window counts the same. 1: the newest counts twice, the oldest does not count.

    AWS only documents that recent requests weigh more. 0 matches the one report with numbers: limit 10 in 300 s, a
    request every 15 s, blocked from the 13th (https://repost.aws/questions/QUlXxJefYrSaeTZ8lO0yrTww, read 2026-11).
    """

    most_limited: int = MOST_LIMITED

    def __post_init__(self) -> None:
        if self.interval_sec < 1 or 60 % self.interval_sec:
            raise ValueError(f"interval = {self.interval_sec}: must divide 60 seconds")
        if self.lag_sec < 0:
            raise ValueError(f"lag = {self.lag_sec}: must not be negative")
        if self.lag_sec > _LONGEST_LAG:
            raise ValueError(f"lag = {self.lag_sec}: must be at most {_LONGEST_LAG} seconds")
        if not 0 <= self.recency <= 1:
            raise ValueError(f"recency = {self.recency:g}: must be between 0 and 1")

    @property
    def lag_slots(self) -> int:
        """The lag in intervals."""
        return math.ceil(self.lag_sec / self.interval_sec)

    def __str__(self) -> str:
        return f"looks every {self.interval_sec} s, {self.lag_sec} s late, recency {self.recency:g}"


# All data of a rule, and of a key, is adjacent in memory. The counts of a key are in a separate array.
_RULE = np.dtype(
    [
        ("limit", np.int64),
        ("slots", np.int64),  # the window in intervals
        ("blocks", np.bool_),
        ("hot_count", np.int64),  # how many of its keys may be above the limit
    ]
)
_KEY = np.dtype(
    [
        ("touched", np.int64),  # the newest interval in its ring
        ("total", np.int64),  # the ring's sum
        ("limited", np.int64),  # the interval in which it was last found above the limit
        ("is_hot", np.bool_),
    ]
)
_ABOVE = np.dtype([("row", np.int32), ("rate", np.float64)])


class Windows(NamedTuple):
    """All rules, and one row for each key that any of them counts."""

    interval: int
    """Microseconds."""

    lag: int
    """Intervals."""

    recency: float
    most_limited: int
    rules: NDArray[np.void]
    """Rows of _RULE."""

    now: NDArray[np.int64]
    """The interval of the last evaluation, in one element."""

    hot: NDArray[np.int32]
    """By rule: rows of keys that may be above the limit."""

    above: NDArray[np.void]
    """Rows of _ABOVE: the keys above a rule's limit, during its evaluation."""

    keys: NDArray[np.void]
    """Rows of _KEY."""

    counts: NDArray[np.uint32]
    """By key: requests in each of the last intervals, as a ring."""


def windows(rules: Sequence[RateWindow], model: WafModel) -> Windows:
    """The state for these rules before any key."""
    table = np.zeros(len(rules), dtype=_RULE)
    table["limit"] = [rule.limit for rule in rules]
    table["slots"] = [rule.window_sec // model.interval_sec for rule in rules]
    table["blocks"] = [rule.blocks for rule in rules]
    width = int(table["slots"].max(initial=0)) + model.lag_slots + 1
    return Windows(
        interval=model.interval_sec * _MICROSECONDS,
        lag=model.lag_slots,
        recency=float(model.recency),
        most_limited=model.most_limited,
        rules=table,
        now=np.full(1, _NEVER, dtype=np.int64),
        hot=np.zeros((len(rules), 0), dtype=np.int32),
        above=np.zeros(0, dtype=_ABOVE),
        keys=np.zeros(0, dtype=_KEY),
        counts=np.zeros((0, width), dtype=np.uint32),
    )


def with_rows(state: Windows, rows: int) -> Windows:
    """Make room for at least that many rows. The size doubles, so that growing is cheap."""
    have = len(state.keys)
    if rows <= have:
        return state
    more = max(rows, 2 * have, 1024) - have
    fresh = np.zeros(more, dtype=_KEY)
    fresh["limited"] = _NEVER
    return state._replace(
        hot=np.concatenate([state.hot, np.zeros((len(state.hot), more), dtype=np.int32)], axis=1),
        above=np.zeros(have + more, dtype=_ABOVE),
        keys=np.concatenate([state.keys, fresh]),
        counts=np.concatenate([state.counts, np.zeros((more, state.counts.shape[1]), dtype=np.uint32)]),
    )


@jit
def _advance(state: Windows, row: int, slot: int) -> None:
    """Empty the ring's intervals between the key's newest one and this one."""
    key = state.keys[row]
    passed = slot - key["touched"]
    if passed <= 0:
        return
    width = state.counts.shape[1]
    if passed >= width:
        if key["total"]:
            for at in range(width):
                state.counts[row, at] = 0
            key["total"] = 0
    else:
        at = key["touched"] % width
        for _ in range(passed):
            at = at + 1 if at + 1 < width else 0
            key["total"] -= state.counts[row, at]
            state.counts[row, at] = 0
    key["touched"] = slot


@jit
def _estimate(state: Windows, rule: int, row: int, slot: int) -> float:
    """Requests in the window that ended `lag` intervals ago, with more weight for recent ones."""
    width = state.counts.shape[1]
    slots = state.rules[rule]["slots"]
    found = 0.0
    for age in range(1, slots + 1):
        count = state.counts[row, (slot - state.lag - age) % width]
        if count:
            found += count * (1.0 + state.recency * (1.0 - 2.0 * (age - 0.5) / slots))
    return found


@jit_allocating
def _limit_highest(state: Windows, above: int, slot: int) -> None:
    """Limit those with the highest rates, of more keys than a rule can limit."""
    order = np.argsort(-state.above["rate"][:above], kind="mergesort")
    for index in range(state.most_limited):
        state.keys[state.above[order[index]]["row"]]["limited"] = slot


@jit
def _evaluate(state: Windows, slot: int) -> None:
    """Find the keys above each rule's limit, and limit those with the highest rates in this interval."""
    for rule in range(len(state.rules)):
        kept = 0
        above = 0
        limit = state.rules[rule]["limit"]
        for index in range(state.rules[rule]["hot_count"]):
            row = state.hot[rule, index]
            _advance(state, row, slot)
            if state.keys[row]["total"] * (1.0 + state.recency) <= limit:
                state.keys[row]["is_hot"] = False
                continue
            state.hot[rule, kept] = row
            kept += 1
            rate = _estimate(state, rule, row, slot)
            if rate > limit:
                state.above[above]["row"] = row
                state.above[above]["rate"] = rate
                above += 1
        state.rules[rule]["hot_count"] = kept
        if above > state.most_limited:
            _limit_highest(state, above, slot)
        else:
            for index in range(above):
                state.keys[state.above[index]["row"]]["limited"] = slot
    state.now[0] = slot


@jit
def above_limit(state: Windows, rule: int, row: int, time: int) -> bool:
    """Count a request of that key; True if the rule's action applies to it."""
    slot = time // state.interval
    if slot > state.now[0]:
        _evaluate(state, slot)
    _advance(state, row, slot)
    key = state.keys[row]
    state.counts[row, slot % state.counts.shape[1]] += 1
    key["total"] += 1
    if not key["is_hot"] and key["total"] * (1.0 + state.recency) > state.rules[rule]["limit"]:
        key["is_hot"] = True
        state.hot[rule, state.rules[rule]["hot_count"]] = row
        state.rules[rule]["hot_count"] += 1
    return bool(key["limited"] == slot)
