"""The function in front of a model: reserve of every limit, all or none, then settle. docs/adr/0008 says why so.

This is the arithmetic of constructs/gateway/metered_function (limits.mjs, store.mjs, meter.mjs) on numbers of 64 bits;
tests/review/engine/test_meter.py holds it to that function's decisions. What it leaves out: a table that cannot be
asked, and that a function repeats a refusal for a second without asking.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit, jit_apart
from review.engine.need import TOO_LARGE, UNMETERED, Needs, Profile, parts_of
from review.engine.outcome import Outcome
from review.engine.quota import MONTH, period_of
from review.layers.token_layer import CONCURRENT, DAY, KINDS, REQUESTS, TOKENS, USD, TokenLayer

_ACCEPTED = int(Outcome.ACCEPTED)
_TOKEN_LIMIT = int(Outcome.TOKEN_LIMIT)
_ABOVE_LIMIT = int(Outcome.ABOVE_LIMIT)
_UNPRICED = int(Outcome.NO_PRICE)

_KINDS = len(KINDS)
_MINUTE_NS = 60_000_000_000
_SLACK_NS = 50_000_000
_SECOND_NS = 1_000_000_000
_MILLISECOND_NS = 1_000_000
_DAY_MS = 86_400_000
# A minute in parts that, times a number below a billion, fit into 64 bits.
_PART_NS = 1_000_000
_PARTS = _MINUTE_NS // _PART_NS
# Minutes: twenty years, beyond which a debt is of no interest and the level would not fit into 64 bits.
_LONGEST = 10**7
_JITTER = 0.1
_FOR_EVER = np.inf

# What is open: admitted and not yet settled.
_OPEN = np.dtype(
    [
        ("began", np.int64),  # milliseconds
        ("tokens", np.int64),
        ("nano_usd", np.int64),
        ("used_tokens", np.int64),
        ("used_nano_usd", np.int64),
        ("profile", np.int32),
    ]
)


class Meter(NamedTuple):
    """Every budget, the level of each of its callers, and what is open."""

    limits: NDArray[np.int64]
    """By budget and kind, of one shard; 0: none."""

    observes: NDArray[np.bool_]
    shards: NDArray[np.int64]
    order: NDArray[np.int32]
    """By profile: its budgets, those of one item of the table together, the caller's own items before shared ones."""

    items: NDArray[np.int32]
    """By profile and place in `order`: which item."""

    counts: NDArray[np.int32]
    """By profile: how many budgets."""

    levels: NDArray[np.int64]
    """By row and kind: theoretical arrival time in nanoseconds, or what was used of the window, or what is running."""

    windows: NDArray[np.int64]
    """By row and kind: the window that the level is of."""

    refused: NDArray[np.int64]
    """By budget and kind: how often it refused, or would have."""

    last_limit: NDArray[np.int64]
    """The limit that refused last; one element."""

    wait: NDArray[np.float64]
    """How long that one is to wait, in seconds; one element."""

    held: NDArray[np.int64]
    """Of the request in hand, by place: the levels of requests and of tokens after its own write, then its row, then
    which kinds were charged."""

    open: NDArray[np.void]
    """Rows of _OPEN."""

    open_held: NDArray[np.int64]
    """By row of `open` and place: as `held`, without the level of requests."""

    ends: NDArray[np.int64]
    """A heap of when they end, in milliseconds."""

    ending: NDArray[np.int32]
    """Beside it, which row of `open`; after the heap, the rows that are free."""

    size: NDArray[np.int64]
    """Of the heap; one element."""


_AFTER_R, _AFTER_T, _ROW, _CHARGED = range(4)


def meter(layer: TokenLayer, profiles: Sequence[Profile], rows: int) -> Meter:
    """Nothing used yet."""
    most = len(layer.budgets)
    empty = Meter(
        limits=np.array([parts_of(budget) for budget in layer.budgets], dtype=np.int64),
        observes=np.array([budget.observes for budget in layer.budgets], dtype=np.bool_),
        shards=np.array([budget.shards for budget in layer.budgets], dtype=np.int64),
        order=np.zeros((0, most), dtype=np.int32),
        items=np.zeros((0, most), dtype=np.int32),
        counts=np.zeros(0, dtype=np.int32),
        levels=np.zeros((rows, _KINDS), dtype=np.int64),
        windows=np.zeros((rows, _KINDS), dtype=np.int64),
        refused=np.zeros((len(layer.budgets), _KINDS), dtype=np.int64),
        last_limit=np.zeros(1, dtype=np.int64),
        wait=np.zeros(1, dtype=np.float64),
        held=np.zeros((4, most), dtype=np.int64),
        open=np.zeros(0, dtype=_OPEN),
        open_held=np.zeros((0, 3, most), dtype=np.int64),
        ends=np.zeros(0, dtype=np.int64),
        ending=np.zeros(0, dtype=np.int32),
        size=np.zeros(1, dtype=np.int64),
    )
    return with_profiles(empty, profiles)


def with_profiles(now: Meter, profiles: Sequence[Profile]) -> Meter:
    """The same with more profiles after those it knows."""
    if len(profiles) == len(now.counts):
        return now
    order, items = (np.zeros((len(profiles), now.order.shape[1]), dtype=np.int32) for _ in range(2))
    for number, profile in enumerate(profiles):
        order[number, : len(profile.budgets)] = profile.budgets
        items[number, : len(profile.budgets)] = profile.items
    counts = np.array([len(profile.budgets) for profile in profiles], dtype=np.int32)
    return now._replace(order=order, items=items, counts=counts)


def with_open(now: Meter, more: int) -> Meter:
    """Room for so many more open requests. What is not touched takes no memory."""
    have, needed = len(now.ends), int(now.size[0]) + more
    if needed <= have:
        return now
    room = max(needed, 2 * have)
    grown = now._replace(
        open=np.empty(room, dtype=_OPEN),
        open_held=np.empty((room, *now.open_held.shape[1:]), dtype=np.int64),
        ends=np.empty(room, dtype=np.int64),
        ending=np.empty(room, dtype=np.int32),
    )
    grown.open[:have], grown.open_held[:have] = now.open, now.open_held
    grown.ends[:have], grown.ending[:have] = now.ends, now.ending
    grown.ending[have:] = np.arange(have, room)
    return grown


def with_rows(now: Meter, rows: int) -> Meter:
    """Room for so many callers."""
    have = len(now.levels)
    if rows <= have:
        return now
    more = max(rows, 2 * have) - have
    levels, windows = (
        np.concatenate([old, np.zeros((more, _KINDS), dtype=np.int64)]) for old in (now.levels, now.windows)
    )
    return now._replace(levels=levels, windows=windows)


@jit_apart
def _share(amount: int, limit: int) -> int:
    """Nanoseconds in which so much of a limit is refilled, rounded up; in parts, since the product may not fit."""
    whole = min(amount // limit, _LONGEST)
    parts = (amount % limit) * _PARTS
    rest = (parts % limit) * _PART_NS
    return whole * _MINUTE_NS + parts // limit * _PART_NS + (rest + limit - 1) // limit


@jit_apart
def _cost(kind: int, limit: int, tokens: int, nano_usd: int) -> int:
    if kind == REQUESTS:
        return _share(1, limit)
    if kind == TOKENS:
        return _share(tokens, limit)
    if kind == DAY:
        return tokens
    return nano_usd if kind == USD else 1


@jit
def _is_window(kind: int) -> bool:
    return DAY <= kind <= USD


@jit
def _window(kind: int, ms: int) -> int:
    return ms // _DAY_MS if kind == DAY else period_of(ms * 1000, MONTH)


@jit_apart
def _seconds_left(kind: int, ms: int) -> int:
    """Until the window ends."""
    day = ms // _DAY_MS + 1
    if kind == USD:
        window = _window(kind, ms)
        while _window(kind, day * _DAY_MS) == window:
            day += 1
    return (day * _DAY_MS - ms + 999) // 1000


@jit
def _excess(now: Meter, row: int, kind: int, limit: int, cost: int, ms: int) -> int:
    """How much is missing; not above 0 where the request fits."""
    level = now.levels[row, kind]
    if _is_window(kind):
        used = level if now.windows[row, kind] == _window(kind, ms) else 0
        return int(used + cost - limit)
    if kind == CONCURRENT:
        return int(level + 1 - limit)
    floor = ms * _MILLISECOND_NS
    burst = cost * limit if kind == REQUESTS else _MINUTE_NS
    return int(max(level, floor) + cost - floor - burst)


@jit
def _charge(now: Meter, row: int, kind: int, cost: int, ms: int) -> None:
    level = now.levels[row, kind]
    if _is_window(kind):
        window = _window(kind, ms)
        now.levels[row, kind] = cost + (level if now.windows[row, kind] == window else 0)
        now.windows[row, kind] = window
    elif kind == CONCURRENT:
        now.levels[row, kind] = level + 1
    else:
        floor = ms * _MILLISECOND_NS
        # A level a little below its floor is raised and not clamped.
        now.levels[row, kind] = cost + (level if level > floor - _SLACK_NS else floor)


@jit_apart
def _give_back(now: Meter, row: int, kind: int, delta: int, after: int, began: int, ms: int) -> None:
    """Change a level by what is known now; `after`: the level after the reservation's own write."""
    if _is_window(kind):
        if now.windows[row, kind] == _window(kind, began):
            now.levels[row, kind] += delta
    elif kind == CONCURRENT:
        now.levels[row, kind] -= 1
    elif delta >= 0:
        now.levels[row, kind] += delta
    else:
        # Time that has passed has refilled the bucket already.
        now.levels[row, kind] -= min(-delta, max(0, after - ms * _MILLISECOND_NS))


@jit
def _push(now: Meter, end: int) -> int:
    """A row of `open` that ends then."""
    at = now.size[0]
    row = now.ending[at]
    now.size[0] = at + 1
    while at > 0:
        above = (at - 1) // 2
        if now.ends[above] <= end:
            break
        now.ends[at] = now.ends[above]
        now.ending[at] = now.ending[above]
        at = above
    now.ends[at] = end
    now.ending[at] = row
    return int(row)


@jit
def _pop(now: Meter) -> int:
    """The row of `open` that ends first; it is free then."""
    first = now.ending[0]
    last = now.size[0] - 1
    end, row = now.ends[last], now.ending[last]
    now.size[0] = last
    now.ending[last] = first
    at = 0
    while 2 * at + 1 < last:
        below = 2 * at + 1
        if below + 1 < last and now.ends[below + 1] < now.ends[below]:
            below += 1
        if end <= now.ends[below]:
            break
        now.ends[at] = now.ends[below]
        now.ending[at] = now.ending[below]
        at = below
    if last > 0:
        now.ends[at] = end
        now.ending[at] = row
    return int(first)


@jit_apart
def _settle(now: Meter, ms: int) -> None:
    """Every open request that has ended by then."""
    while now.size[0] > 0 and now.ends[0] <= ms:
        end = now.ends[0]
        row = _pop(now)
        each = now.open[row]
        for place in range(now.counts[each["profile"]]):
            budget = now.order[each["profile"], place]
            charged = now.open_held[row, 2, place]
            for kind in range(_KINDS):
                limit = now.limits[budget, kind]
                if not charged >> kind & 1 or kind == REQUESTS:
                    continue
                cost = _cost(kind, limit, each["tokens"], each["nano_usd"])
                used = _cost(kind, limit, each["used_tokens"], each["used_nano_usd"])
                level = now.open_held[row, 1, place]
                _give_back(now, level, kind, used - cost, now.open_held[row, 0, place], each["began"], end)


@jit
def _seconds(kind: int, excess: int, ms: int) -> int:
    """How long a refused caller is to wait."""
    if _is_window(kind):
        return _seconds_left(kind, ms)
    return 1 if kind == CONCURRENT else (excess + _SECOND_NS - 1) // _SECOND_NS


@jit_apart
def _ask(  # noqa: C901  # numba inlines what would be smaller functions, each with all of the meter as an argument
    now: Meter, needs: Needs, index: int, profile: int, place: int, ms: int, chance: float
) -> int:
    """Ask the limits of the item that begins at that place: the place after it, or -1 where one of them refuses."""
    item = now.items[profile, place]
    last = place
    longest = 0
    refuses = False
    while last < now.counts[profile] and now.items[profile, last] == item:
        budget = now.order[profile, last]
        row = needs.rows[budget, index] + int(chance * now.shards[budget])
        now.held[_ROW, last] = row
        now.held[_CHARGED, last] = 0
        for kind in range(_KINDS):
            limit = now.limits[budget, kind]
            if limit == 0:
                continue
            cost = _cost(kind, limit, needs.tokens[index], needs.nano_usd[index])
            excess = _excess(now, row, kind, limit, cost, ms)
            if excess <= 0:
                now.held[_CHARGED, last] |= 1 << kind
                continue
            if now.observes[budget]:
                now.refused[budget, kind] += 1
                continue
            refuses = True
            seconds = _seconds(kind, excess, ms)
            if seconds > longest:
                longest = seconds
                now.last_limit[0] = budget * _KINDS + kind
                # Of a window the answer has x-should-retry: false.
                now.wait[0] = _FOR_EVER if _is_window(kind) else seconds + int(chance * _JITTER * seconds)
        last += 1
    if refuses:
        now.refused.reshape(-1)[now.last_limit[0]] += 1
        return -1
    for at in range(place, last):
        budget = now.order[profile, at]
        row = now.held[_ROW, at]
        for kind in range(_KINDS):
            if now.held[_CHARGED, at] >> kind & 1:
                cost = _cost(kind, now.limits[budget, kind], needs.tokens[index], needs.nano_usd[index])
                _charge(now, row, kind, cost, ms)
        now.held[_AFTER_R, at] = now.levels[row, REQUESTS]
        now.held[_AFTER_T, at] = now.levels[row, TOKENS]
    return last


@jit_apart
def _release(now: Meter, needs: Needs, index: int, profile: int, before: int, ms: int) -> None:
    """Give everything back, the request too: another item refused it."""
    for place in range(before):
        budget = now.order[profile, place]
        row = now.held[_ROW, place]
        for kind in range(_KINDS):
            if now.held[_CHARGED, place] >> kind & 1:
                cost = _cost(kind, now.limits[budget, kind], needs.tokens[index], needs.nano_usd[index])
                after = now.held[_AFTER_R if kind == REQUESTS else _AFTER_T, place]
                _give_back(now, row, kind, -cost, after, ms, ms)


@jit_apart
def admit(now: Meter, needs: Needs, index: int, time: int, chance: float) -> int:
    """What becomes of that request, arriving at this time in microseconds. `chance` draws its shard and its jitter."""
    ms = time // 1000
    _settle(now, ms)
    profile = needs.profile[index]
    if profile == UNMETERED:
        return _ACCEPTED
    verdict = needs.verdict[index]
    if verdict != 0:
        now.last_limit[0] = needs.verdict_by[index]
        return _ABOVE_LIMIT if verdict == TOO_LARGE else _UNPRICED
    place = 0
    while place < now.counts[profile]:
        after = _ask(now, needs, index, profile, place, ms, chance)
        if after < 0:
            _release(now, needs, index, profile, place, ms)
            return _TOKEN_LIMIT
        place = after
    row = _push(now, (time + needs.milliseconds[index] * 1000) // 1000)
    each = now.open[row]
    each["began"] = ms
    each["tokens"] = needs.tokens[index]
    each["nano_usd"] = needs.nano_usd[index]
    each["used_tokens"] = needs.used_tokens[index]
    each["used_nano_usd"] = needs.used_nano_usd[index]
    each["profile"] = profile
    for at in range(place):
        now.open_held[row, 0, at] = now.held[_AFTER_T, at]
        now.open_held[row, 1, at] = now.held[_ROW, at]
        now.open_held[row, 2, at] = now.held[_CHARGED, at]
    return _ACCEPTED


@jit
def admit_all(
    now: Meter, needs: Needs, times: NDArray[np.int64], outcomes: NDArray[np.int8], limits: NDArray[np.int16]
) -> None:
    """Of those that every other layer has accepted; for each that is refused the limit too."""
    for index in range(len(times)):
        if outcomes[index] == _ACCEPTED:
            outcome = admit(now, needs, index, times[index], 0.0)
            outcomes[index] = outcome
            if outcome != _ACCEPTED:
                limits[index] = now.last_limit[0]
