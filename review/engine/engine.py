"""All layers, for one request after another."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from review.engine.jit import jit
from review.engine.outcome import Outcome
from review.engine.quota import NUMBERS, period_of
from review.engine.rate_window import WafModel, Windows, above_limit, windows, with_rows
from review.engine.token_bucket import Buckets, buckets, take
from review.layers.layers import Layers, Plan
from settings.throttling import Throttle

NONE = -1
"""Without a key, without a bucket, or not counted."""

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
    """The route, as an index into the layers' routes."""

    key: NDArray[np.int32]
    """The API key's number, or NONE."""

    rows: NDArray[np.int32]
    """By rule and request: the row that counts the request, or NONE."""


_ROUTE = np.dtype(
    [
        ("bucket", np.int32),  # or NONE
        ("refusal", np.int8),  # METHOD or STAGE: which of them the bucket belongs to
        ("key_required", np.bool_),
    ]
)
_KEY = np.dtype(
    [
        ("valid", np.bool_),  # belongs to a usage plan of the stage
        ("quota", np.int64),  # or NONE
        ("period", np.int64),
        ("offset", np.int64),  # subtracted from the quota in the first period
        ("used", np.int64),
        ("used_in", np.int64),  # the period in which it was used
    ]
)


class State(NamedTuple):
    """The limits, and how much of each has been used."""

    windows: Windows
    buckets: Buckets
    account: int
    """The index of its bucket."""

    routes: NDArray[np.void]
    """Rows of _ROUTE."""

    keys: NDArray[np.void]
    """Rows of _KEY."""

    key_buckets: NDArray[np.int32]
    """By key: its plan's bucket for all routes, which is assumed to be one, then the plan's bucket for each route, or
    NONE."""

    counted: NDArray[np.int64]
    """By rule: the requests that its action applied to."""

    began: NDArray[np.int64]
    """The time of the first request, in one element. A plan starts with the period of its quota that contains this
    time."""


def state(layers: Layers, model: WafModel) -> State:
    """The state in which nothing has been used and no API key is known."""
    all_buckets = [layers.account]
    routes = np.zeros(len(layers.routes), dtype=_ROUTE)
    routes["bucket"] = [_added(all_buckets, route.bucket) for route in layers.routes]
    routes["refusal"] = [Outcome.METHOD if route.own else Outcome.STAGE for route in layers.routes]
    routes["key_required"] = [route.key_required for route in layers.routes]
    return State(
        windows=windows(layers.windows, model),
        buckets=buckets(all_buckets),
        account=0,
        routes=routes,
        keys=np.zeros(0, dtype=_KEY),
        key_buckets=np.zeros((0, 1 + len(layers.routes)), dtype=np.int32),
        counted=np.zeros(len(layers.windows), dtype=np.int64),
        began=np.full(1, _NEVER, dtype=np.int64),
    )


def _added(all_buckets: list[Throttle], bucket: Throttle | None) -> int:
    if bucket is None:
        return NONE
    all_buckets.append(bucket)
    return len(all_buckets) - 1


def with_room(now: State, rows: int) -> State:
    """The same state with at least that many rows for WAF's keys."""
    return now._replace(windows=with_rows(now.windows, rows))


def with_keys(now: State, layers: Layers, plan_of_key: Sequence[Plan | None]) -> State:
    """The same state with more API keys after the known ones, each with full buckets. None: a key without a plan."""
    plans = list({id(plan): plan for plan in plan_of_key}.values())
    index_of = {id(plan): index for index, plan in enumerate(plans)}
    of_key = np.fromiter((index_of[id(plan)] for plan in plan_of_key), dtype=np.int32, count=len(plan_of_key))
    patterns, templates = zip(*(_of_plan(plan, layers) for plan in plans), strict=True) if plans else ((), ())
    sizes = np.array([len(template) for template in templates], dtype=np.int64)[of_key]
    first = np.cumsum(sizes) - sizes
    added = np.zeros(int(sizes.sum()), dtype=now.buckets.dtype)
    of_keys = np.full((len(of_key), 1 + len(layers.routes)), NONE, dtype=np.int32)
    keys = np.zeros(len(of_key), dtype=_KEY)
    keys["used_in"] = _NEVER
    for index, plan in enumerate(plans):
        mine = np.flatnonzero(of_key == index)
        pattern, template = patterns[index], templates[index]
        added[first[mine][:, None] + np.arange(len(template))] = template
        of_keys[mine] = np.where(pattern == NONE, NONE, first[mine][:, None] + pattern + len(now.buckets))
        quota = plan.quota if plan else None
        keys["valid"][mine] = plan is not None
        keys["quota"][mine] = quota.limit if quota else NONE
        keys["period"][mine] = NUMBERS[quota.period] if quota else NONE
        keys["offset"][mine] = quota.offset if quota else 0
    return now._replace(
        buckets=np.concatenate([now.buckets, added]),
        keys=np.concatenate([now.keys, keys]),
        key_buckets=np.concatenate([now.key_buckets, of_keys]),
    )


def _of_plan(plan: Plan | None, layers: Layers) -> tuple[NDArray[np.int32], Buckets]:
    """Which bucket each position of a key's `key_buckets` refers to, and these buckets, full."""
    added: list[Throttle] = []
    if plan is None:
        return np.full(1 + len(layers.routes), NONE, dtype=np.int32), buckets(added)
    of_routes = [_added(added, plan.bucket_of(route.key)) for route in layers.routes]
    pattern = np.array([_added(added, plan.bucket), *of_routes], dtype=np.int32)
    return pattern, buckets(added)


@jit
def _take(now: State, bucket: int, time: int) -> bool:
    """Take a token from that bucket. Without a bucket, nothing is refused."""
    return bucket == NONE or take(now.buckets, bucket, time)


@jit
def _stopped_by_waf(now: State, requests: Requests, index: int, time: int) -> bool:
    """A rule that only counts lets WAF evaluate the next one; the first rule that blocks ends the evaluation."""
    for rule in range(requests.rows.shape[0]):
        row = requests.rows[rule, index]
        if row != NONE and above_limit(now.windows, rule, row, time):
            now.counted[rule] += 1
            if now.windows.rules[rule]["blocks"]:
                return True
    return False


@jit
def _within_quota(now: State, number: int, time: int) -> bool:
    """Count a request of that key; False if the quota of its period is used up."""
    key = now.keys[number]
    period = period_of(time, key["period"])
    if period != key["used_in"]:
        key["used_in"] = period
        is_first = period == period_of(now.began[0], key["period"])
        key["used"] = key["offset"] if is_first else 0
    if key["used"] >= key["quota"]:
        return False
    key["used"] += 1
    return True


@jit
def _ask_plan(now: State, key: int, route: int, time: int) -> int:
    """The answer of the key's usage plan: its throttle for the route, its own throttle, its quota."""
    if key == NONE or not now.keys[key]["valid"]:
        return _NO_KEY
    if not (_take(now, now.key_buckets[key, 1 + route], time) and _take(now, now.key_buckets[key, 0], time)):
        return _PLAN
    return _ACCEPTED if now.keys[key]["quota"] == NONE or _within_quota(now, key, time) else _QUOTA


@jit
def decide(now: State, requests: Requests, index: int, time: int) -> int:
    """The outcome of that request at this time, which is later than the request's own time if it is a retry."""
    if now.began[0] == _NEVER:
        now.began[0] = time
    if _stopped_by_waf(now, requests, index, time):
        return _WAF
    number = requests.route[index]
    route = now.routes[number]
    if route["key_required"]:
        refusal = _ask_plan(now, requests.key[index], number, time)
        if refusal != _ACCEPTED:
            return refusal
    if not _take(now, route["bucket"], time):
        return int(route["refusal"])
    return _ACCEPTED if _take(now, now.account, time) else _ACCOUNT


@jit
def run(now: State, requests: Requests, outcomes: NDArray[np.int8]) -> None:
    """Decide all requests in order."""
    for index in range(len(requests.time)):
        outcomes[index] = decide(now, requests, index, requests.time[index])
