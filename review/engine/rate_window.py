"""WAF's rate-based rules, as an estimate of what AWS documents and keeps to itself.

Documented: each key is counted alone, over a look-back window; above the limit the action applies until the rate falls;
at most 10,000 keys are limited at once, those with the highest rates; a request without the key is not counted; the
estimate gives more weight to recent requests; the delay is usually below 30 seconds, at worst several minutes.
Not documented, so parameters here: how often AWS looks, how late its counts are, how recent requests are weighted.
Sources, of https://docs.aws.amazon.com/waf/latest/developerguide/: waf-rule-statement-type-rate-based-caveats.html,
waf-rule-statement-type-rate-based-high-level-settings.html, waf-rule-statement-type-rate-based-request-limiting.html
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit
from review.layers import RateWindow

MOST_LIMITED = 10_000
"""Keys that one rule limits at once."""

_MICROSECONDS = 1_000_000
_NEVER = -1
# "Up to several minutes"; more is the length of a ring for each key.
_LONGEST_LAG = 600

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, kw_only=True, slots=True)
class WafModel:
    """What AWS does not publish about a rate-based rule. The defaults add up to its "usually below 30 seconds"."""

    interval_sec: int = 10
    """How often the rate is looked at; a divisor of 60."""

    lag_sec: int = 20
    """How old the youngest counted request is at that moment; rounded up to whole intervals."""

    recency: float = 0.0
    """0: every request of the window counts alike. 1: the newest counts twice, the oldest not at all.

    AWS says only that recent ones weigh more. 0 fits the one report with numbers: limit 10 in 300 s, a request each
    15 s, blocked from the 13th (https://repost.aws/questions/QUlXxJefYrSaeTZ8lO0yrTww, read 2026-11).
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


class Windows(NamedTuple):
    """All rules, and one row for each key that any of them counts."""

    interval: int
    """Microseconds."""

    lag: int
    """Intervals."""

    recency: float
    most_limited: int
    limit: NDArray[np.int64]
    slots: NDArray[np.int64]
    """The window in intervals."""

    blocks: NDArray[np.bool_]
    now: NDArray[np.int64]
    """The interval that was last evaluated; one element."""

    hot: NDArray[np.int32]
    """By rule: rows that might be above the limit."""

    hot_count: NDArray[np.int64]
    counts: NDArray[np.uint32]
    """By row: requests in each of the last intervals, as a ring."""

    total: NDArray[np.int64]
    """By row: the ring's sum."""

    touched: NDArray[np.int64]
    """By row: the newest interval in its ring."""

    limited: NDArray[np.int64]
    """By row: the interval for which it was last found above the limit."""

    is_hot: NDArray[np.bool_]


def windows(rules: Sequence[RateWindow], model: WafModel) -> Windows:
    """Rules without any row yet."""
    slots = [rule.window_sec // model.interval_sec for rule in rules]
    width = max(slots, default=0) + model.lag_slots + 1
    return Windows(
        interval=model.interval_sec * _MICROSECONDS,
        lag=model.lag_slots,
        recency=float(model.recency),
        most_limited=model.most_limited,
        limit=np.array([rule.limit for rule in rules], dtype=np.int64),
        slots=np.array(slots, dtype=np.int64),
        blocks=np.array([rule.blocks for rule in rules], dtype=np.bool_),
        now=np.full(1, _NEVER, dtype=np.int64),
        hot=np.zeros((len(rules), 0), dtype=np.int32),
        hot_count=np.zeros(len(rules), dtype=np.int64),
        counts=np.zeros((0, width), dtype=np.uint32),
        total=np.zeros(0, dtype=np.int64),
        touched=np.zeros(0, dtype=np.int64),
        limited=np.zeros(0, dtype=np.int64),
        is_hot=np.zeros(0, dtype=np.bool_),
    )


def with_rows(state: Windows, rows: int) -> Windows:
    """Room for at least that many rows; doubles, so that growing costs little."""
    have = len(state.total)
    if rows <= have:
        return state
    more = max(rows, 2 * have, 1024) - have

    def longer(column: NDArray[Number], fill: int) -> NDArray[Number]:
        return np.concatenate([column, np.full((more, *column.shape[1:]), fill, dtype=column.dtype)])

    return state._replace(
        hot=np.concatenate([state.hot, np.zeros((len(state.hot), more), dtype=np.int32)], axis=1),
        counts=longer(state.counts, 0),
        total=longer(state.total, 0),
        touched=longer(state.touched, 0),
        limited=longer(state.limited, _NEVER),
        is_hot=longer(state.is_hot, 0),
    )


@jit
def _advance(state: Windows, row: int, slot: int) -> None:
    """Empty the ring's intervals between the row's newest one and this one."""
    width = state.counts.shape[1]
    passed = slot - state.touched[row]
    if passed <= 0:
        return
    if passed >= width:
        if state.total[row]:
            state.counts[row, :] = 0
            state.total[row] = 0
    else:
        for step in range(1, passed + 1):
            at = (state.touched[row] + step) % width
            state.total[row] -= state.counts[row, at]
            state.counts[row, at] = 0
    state.touched[row] = slot


@jit
def _estimate(state: Windows, rule: int, row: int, slot: int) -> float:
    """Requests of the window that ended `lag` intervals ago, the recent ones weighted."""
    width = state.counts.shape[1]
    slots = state.slots[rule]
    found = 0.0
    for age in range(1, slots + 1):
        count = state.counts[row, (slot - state.lag - age) % width]
        if count:
            found += count * (1.0 + state.recency * (1.0 - 2.0 * (age - 0.5) / slots))
    return found


@jit
def _evaluate(state: Windows, slot: int) -> None:
    """Find the keys above each rule's limit, and limit the fastest of them for this interval."""
    for rule in range(len(state.limit)):
        kept = 0
        above = 0
        rates = np.empty(state.hot_count[rule], dtype=np.float64)
        rows = np.empty(state.hot_count[rule], dtype=np.int32)
        for index in range(state.hot_count[rule]):
            row = state.hot[rule, index]
            _advance(state, row, slot)
            if state.total[row] * (1.0 + state.recency) <= state.limit[rule]:
                state.is_hot[row] = False
                continue
            state.hot[rule, kept] = row
            kept += 1
            rate = _estimate(state, rule, row, slot)
            if rate > state.limit[rule]:
                rates[above] = rate
                rows[above] = row
                above += 1
        state.hot_count[rule] = kept
        if above > state.most_limited:
            order = np.argsort(-rates[:above], kind="mergesort")
            for index in range(state.most_limited):
                state.limited[rows[order[index]]] = slot
        else:
            for index in range(above):
                state.limited[rows[index]] = slot
    state.now[0] = slot


@jit
def above_limit(state: Windows, rule: int, row: int, time: int) -> bool:
    """Count a request of that key; True where the rule's action applies to it."""
    slot = time // state.interval
    if slot > state.now[0]:
        _evaluate(state, slot)
    _advance(state, row, slot)
    state.counts[row, slot % state.counts.shape[1]] += 1
    state.total[row] += 1
    if not state.is_hot[row] and state.total[row] * (1.0 + state.recency) > state.limit[rule]:
        state.is_hot[row] = True
        state.hot[rule, state.hot_count[rule]] = row
        state.hot_count[rule] += 1
    return bool(state.limited[row] == slot)
