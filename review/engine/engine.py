"""Every layer, one request after the other."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit
from review.engine.outcome import Outcome
from review.engine.quota import NUMBERS, period_of
from review.engine.rate_window import WafModel, Windows, above_limit, windows, with_rows
from review.engine.token_bucket import Buckets, buckets, joined, take
from review.layers import Bucket, Layers, Plan

NONE = -1
"""No key, no bucket, not counted."""

_NEVER = np.iinfo(np.int64).min

_ACCEPTED = int(Outcome.ACCEPTED)
_WAF = int(Outcome.WAF)
_NO_KEY = int(Outcome.NO_KEY)
_PLAN = int(Outcome.PLAN)
_QUOTA = int(Outcome.QUOTA)
_ACCOUNT = int(Outcome.ACCOUNT)


class Requests(NamedTuple):
    """Requests in order of arrival, as columns."""

    time: NDArray[np.int64]
    """Microseconds since 1970."""

    route: NDArray[np.int32]
    """An index into the layers' routes."""

    key: NDArray[np.int32]
    """The API key's number, or NONE."""

    rows: NDArray[np.int32]
    """By rule and request: the row that counts it, or NONE."""


class State(NamedTuple):
    """The limits, and how much of each is used."""

    windows: Windows
    buckets: Buckets
    route_bucket: NDArray[np.int32]
    route_refusal: NDArray[np.int8]
    """METHOD or STAGE: which of them the route's bucket is."""

    key_required: NDArray[np.bool_]
    account: int
    key_bucket: NDArray[np.int32]
    key_route_bucket: NDArray[np.int32]
    """By key and route."""

    key_valid: NDArray[np.bool_]
    """Belongs to a usage plan of the stage."""

    quota_limit: NDArray[np.int64]
    quota_period: NDArray[np.int64]
    quota_offset: NDArray[np.int64]
    """Taken off the limit in the first period."""

    quota_used: NDArray[np.int64]
    quota_in: NDArray[np.int64]
    """The period in which it was used."""

    counted: NDArray[np.int64]
    """By rule: requests that its action applied to."""

    began: NDArray[np.int64]
    """When the first request came; one element. The period of a quota that it lies in is the plan's first."""


def state(layers: Layers, model: WafModel) -> State:
    """Nothing used yet, no API key known yet."""
    all_buckets = [layers.account]
    route_bucket = [_added(all_buckets, route.bucket) for route in layers.routes]
    none = np.zeros(0, dtype=np.int64)
    return State(
        windows=windows(layers.windows, model),
        buckets=buckets(all_buckets),
        route_bucket=np.array(route_bucket, dtype=np.int32),
        route_refusal=np.array(
            [Outcome.METHOD if route.own else Outcome.STAGE for route in layers.routes], dtype=np.int8
        ),
        key_required=np.array([route.key_required for route in layers.routes], dtype=np.bool_),
        account=0,
        key_bucket=none.astype(np.int32),
        key_route_bucket=np.zeros((0, len(layers.routes)), dtype=np.int32),
        key_valid=none.astype(np.bool_),
        quota_limit=none,
        quota_period=none,
        quota_offset=none,
        quota_used=none,
        quota_in=none,
        counted=np.zeros(len(layers.windows), dtype=np.int64),
        began=np.full(1, _NEVER, dtype=np.int64),
    )


def _added(all_buckets: list[Bucket], bucket: Bucket | None) -> int:
    if bucket is None:
        return NONE
    all_buckets.append(bucket)
    return len(all_buckets) - 1


def with_room(now: State, rows: int) -> State:
    """The same with at least that many rows for WAF's keys."""
    return now._replace(windows=with_rows(now.windows, rows))


def with_keys(now: State, layers: Layers, plan_of_key: Sequence[Plan | None]) -> State:
    """The same with more API keys after those it knows, each with full buckets; None: a key of no plan."""
    before = len(now.buckets.tokens)
    added: list[Bucket] = []
    of_keys = np.full((len(plan_of_key), 1 + len(layers.routes)), NONE, dtype=np.int32)
    for index, plan in enumerate(plan_of_key):
        if plan is not None:
            of_keys[index] = [
                _added(added, plan.bucket),
                *(_added(added, plan.bucket_of(route.key)) for route in layers.routes),
            ]
    of_keys[of_keys != NONE] += before
    quotas = [plan.quota if plan else None for plan in plan_of_key]

    def longer(column: NDArray[np.int64], values: list[int]) -> NDArray[np.int64]:
        return np.concatenate([column, np.array(values, dtype=np.int64)])

    return now._replace(
        buckets=joined(now.buckets, buckets(added)),
        key_bucket=np.concatenate([now.key_bucket, of_keys[:, 0]]),
        key_route_bucket=np.concatenate([now.key_route_bucket, of_keys[:, 1:]]),
        key_valid=np.concatenate([now.key_valid, np.array([plan is not None for plan in plan_of_key], dtype=np.bool_)]),
        quota_limit=longer(now.quota_limit, [quota.limit if quota else NONE for quota in quotas]),
        quota_period=longer(now.quota_period, [NUMBERS[quota.period] if quota else NONE for quota in quotas]),
        quota_offset=longer(now.quota_offset, [quota.offset if quota else 0 for quota in quotas]),
        quota_used=longer(now.quota_used, [0] * len(quotas)),
        quota_in=longer(now.quota_in, [_NEVER] * len(quotas)),
    )


@jit
def _take(now: State, bucket: int, time: int) -> bool:
    """A token of that bucket; no bucket refuses nothing."""
    return bucket == NONE or take(now.buckets, bucket, time)


@jit
def _stopped_by_waf(now: State, requests: Requests, index: int, time: int) -> bool:
    """Rules that only count let the later ones be asked; the first that blocks ends it."""
    for rule in range(requests.rows.shape[0]):
        row = requests.rows[rule, index]
        if row != NONE and above_limit(now.windows, rule, row, time):
            now.counted[rule] += 1
            if now.windows.blocks[rule]:
                return True
    return False


@jit
def _within_quota(now: State, key: int, time: int) -> bool:
    """Count a request of that key; False where its period is used up."""
    period = period_of(time, now.quota_period[key])
    if period != now.quota_in[key]:
        now.quota_in[key] = period
        is_first = period == period_of(now.began[0], now.quota_period[key])
        now.quota_used[key] = now.quota_offset[key] if is_first else 0
    if now.quota_used[key] >= now.quota_limit[key]:
        return False
    now.quota_used[key] += 1
    return True


@jit
def _ask_plan(now: State, key: int, route: int, time: int) -> int:
    """What the key's usage plan says: its throttle of the route, its own throttle, its quota."""
    if key == NONE or not now.key_valid[key]:
        return _NO_KEY
    if not (_take(now, now.key_route_bucket[key, route], time) and _take(now, now.key_bucket[key], time)):
        return _PLAN
    return _ACCEPTED if now.quota_limit[key] == NONE or _within_quota(now, key, time) else _QUOTA


@jit
def decide(now: State, requests: Requests, index: int, time: int) -> int:
    """What becomes of that request, arriving at this time (later than its own where it is a retry)."""
    if now.began[0] == _NEVER:
        now.began[0] = time
    if _stopped_by_waf(now, requests, index, time):
        return _WAF
    route = requests.route[index]
    if now.key_required[route]:
        refusal = _ask_plan(now, requests.key[index], route, time)
        if refusal != _ACCEPTED:
            return refusal
    if not _take(now, now.route_bucket[route], time):
        return int(now.route_refusal[route])
    return _ACCEPTED if _take(now, now.account, time) else _ACCOUNT


@jit
def run(now: State, requests: Requests, outcomes: NDArray[np.int8]) -> None:
    """Decide all of them, in order."""
    for index in range(len(requests.time)):
        outcomes[index] = decide(now, requests, index, requests.time[index])
