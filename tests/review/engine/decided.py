"""Requests of one route through the engine, one at a time: which layer decided."""

from collections.abc import Sequence

import numpy as np

from review.engine.engine import NONE, Requests, run, state, with_keys, with_room
from review.engine.outcome import Outcome
from review.engine.rate_window import WafModel
from review.layers.layers import Layers, Plan, RateWindow, RouteLimits
from settings.throttling import Throttle

MICROSECONDS = 1_000_000
PLENTY = Throttle(rate_limit=1_000_000, burst_limit=1_000_000)

AT_ONCE = WafModel(interval_sec=1, lag_sec=0)
"""Checks every second and knows everything that happened before."""


def layers(  # each a layer of its own
    *,
    windows: Sequence[RateWindow] = (),
    plans: Sequence[Plan] = (),
    bucket: Throttle | None = None,
    account: Throttle = PLENTY,
    own: bool = True,
    key_required: bool = False,
) -> Layers:
    """One route behind those limits. Layers that are not given have no limit."""
    return Layers(
        name="test",
        routes=(RouteLimits(key="POST /chat", bucket=bucket, own=own, key_required=key_required),),
        account=account,
        stage=PLENTY,
        windows=tuple(windows),
        plans=tuple(plans),
    )


def decided(
    limits: Layers,
    seconds: Sequence[float],
    *,
    clients: Sequence[int] | None = None,
    keys: Sequence[int] | None = None,
    rows: Sequence[Sequence[int]] | None = None,
    waf: WafModel = AT_ONCE,
) -> tuple[list[Outcome], list[int]]:
    """The outcome of each request, and how often each WAF rule's action applied. Times in seconds after 1970.

    `clients` numbers the keys that WAF counts by, the same for each rule; `rows` has them for each rule instead.
    """
    count = len(seconds)
    who = list(clients) if clients is not None else [0] * count
    most = max(who, default=0) + 1
    of_rules = rows or [[client + rule * most for client in who] for rule in range(len(limits.windows))]
    numbered = np.array(of_rules, dtype=np.int32).reshape(len(limits.windows), count)
    now = with_keys(state(limits, waf), limits, limits.plans)
    now = with_room(now, int(numbered.max(initial=0)) + 1)
    outcomes = np.empty(count, dtype=np.int8)
    requests = Requests(
        time=np.array([round(second * MICROSECONDS) for second in seconds], dtype=np.int64),
        route=np.zeros(count, dtype=np.int32),
        key=np.array(keys if keys is not None else [NONE] * count, dtype=np.int32),
        rows=numbered,
    )
    run(now, requests, outcomes)
    return [Outcome(int(outcome)) for outcome in outcomes], now.counted.tolist()
