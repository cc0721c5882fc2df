"""Every layer, one request after the other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit
from review.engine.outcome import Outcome
from review.engine.quota import NUMBERS, period_of
from review.engine.rate_window import WafModel, Windows, above_limit, windows, with_rows
from review.engine.token_bucket import Buckets, buckets, take
from review.layers import Bucket, Layers, Plan

NONE = -1
"""No key, no bucket, not counted."""

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
    quota_used: NDArray[np.int64]
    quota_in: NDArray[np.int64]
    """The period in which it was used."""

    counted: NDArray[np.int64]
    """By rule: requests that its action applied to."""


def state(layers: Layers, plan_of_key: list[Plan | None], model: WafModel) -> State:
    """Nothing used yet."""
    all_buckets: list[Bucket] = [layers.account]

    def add(bucket: Bucket | None) -> int:
        if bucket is None:
            return NONE
        all_buckets.append(bucket)
        return len(all_buckets) - 1

    routes = layers.routes
    route_bucket = [add(route.bucket) for route in routes]
    # Key after key, so that buckets keep their numbers when keys are added.
    key_buckets = [
        [add(plan.bucket) if plan else NONE, *(add(plan.bucket_of(route.key)) if plan else NONE for route in routes)]
        for plan in plan_of_key
    ]
    of_keys = np.array(key_buckets, dtype=np.int32).reshape(len(plan_of_key), 1 + len(routes))
    quotas = [plan.quota if plan else None for plan in plan_of_key]
    return State(
        windows=windows(layers.windows, model),
        buckets=buckets(all_buckets),
        route_bucket=np.array(route_bucket, dtype=np.int32),
        route_refusal=np.array([Outcome.METHOD if route.own else Outcome.STAGE for route in routes], dtype=np.int8),
        key_required=np.array([route.key_required for route in routes], dtype=np.bool_),
        account=0,
        key_bucket=np.ascontiguousarray(of_keys[:, 0]),
        key_route_bucket=np.ascontiguousarray(of_keys[:, 1:]),
        key_valid=np.array([plan is not None for plan in plan_of_key], dtype=np.bool_),
        quota_limit=np.array([quota.limit if quota else NONE for quota in quotas], dtype=np.int64),
        quota_period=np.array([NUMBERS[quota.period] if quota else NONE for quota in quotas], dtype=np.int64),
        quota_offset=np.array([quota.offset if quota else 0 for quota in quotas], dtype=np.int64),
        quota_used=np.zeros(len(plan_of_key), dtype=np.int64),
        quota_in=np.full(len(plan_of_key), np.iinfo(np.int64).min, dtype=np.int64),
        counted=np.zeros(len(layers.windows), dtype=np.int64),
    )


def with_room(now: State, rows: int) -> State:
    """The same with at least that many rows for WAF's keys."""
    return now._replace(windows=with_rows(now.windows, rows))


def with_keys(now: State, fresh: State) -> State:
    """`fresh`, which knows more keys, with what `now` has used: buckets and keys keep their order."""
    for name in ("tokens", "last"):
        old = getattr(now.buckets, name)
        getattr(fresh.buckets, name)[: len(old)] = old
    for name in ("quota_used", "quota_in"):
        old = getattr(now, name)
        getattr(fresh, name)[: len(old)] = old
    return fresh._replace(windows=now.windows, counted=now.counted)


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
def _ask_plan(now: State, key: int, route: int, time: int) -> int:
    """What the key's usage plan says: its throttle of the route, its own throttle, its quota."""
    if key == NONE or not now.key_valid[key]:
        return _NO_KEY
    if not (_take(now, now.key_route_bucket[key, route], time) and _take(now, now.key_bucket[key], time)):
        return _PLAN
    if now.quota_limit[key] != NONE:
        period = period_of(time, now.quota_period[key], now.quota_offset[key])
        if period != now.quota_in[key]:
            now.quota_in[key] = period
            now.quota_used[key] = 0
        if now.quota_used[key] >= now.quota_limit[key]:
            return _QUOTA
        now.quota_used[key] += 1
    return _ACCEPTED


@jit
def decide(now: State, requests: Requests, index: int, time: int) -> int:
    """What becomes of that request, arriving at this time (later than its own where it is a retry)."""
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
