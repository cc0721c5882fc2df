"""The requests of a replay through other limits: what a candidate would have refused, and of whom."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import Requests, run, state, with_keys, with_room
from review.engine.outcome import Outcome
from review.engine.token_bucket import HIGHEST
from review.layers import Bucket, Layers, Plan, RouteLimits
from review.replay.recorded import Block
from review.replay.replay import Replayed
from review.replay.waf_rows import WafRows

Asked = Callable[[Block], NDArray[np.bool_]]
"""Which requests of a block get as far as these limits."""

_ENDLESS = Bucket(rate_limit=HIGHEST, burst_limit=HIGHEST)


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """How many requests of each client, and of each key, had each outcome."""

    by_client: NDArray[np.uint32]
    by_key: NDArray[np.uint32]


def nothing(layers: Layers) -> Layers:
    """The routes without any limit, to put one in."""
    return Layers(
        name=layers.name,
        routes=tuple(RouteLimits(key=route.key, bucket=None, own=False) for route in layers.routes),
        account=_ENDLESS,
        stage=_ENDLESS,
    )


def rerun(
    replayed: Replayed, layers: Layers, plan_of_key: tuple[Plan | None, ...], asked: Asked | None = None
) -> Outcomes:
    """Run the engine again. The layers have the same routes in the same order."""
    rows = WafRows(layers)
    rows.meet(replayed.clients)
    clients, keys = len(replayed.clients), len(replayed.keys)
    now = with_keys(state(layers, replayed.waf), layers, plan_of_key)
    by_client = np.zeros(clients * len(Outcome), dtype=np.uint32)
    by_key = np.zeros(keys * len(Outcome), dtype=np.uint32)
    for block in replayed.recorded.blocks():
        requests = block.requests if asked is None else block.requests.at(asked(block))
        outcomes = np.empty(len(requests.time), dtype=np.int8)
        of_waf = rows.of(now.windows, requests)
        now = with_room(now, rows.count)
        run(now, Requests(requests.time, requests.route, requests.key, of_waf), outcomes)
        _count(by_client, requests.client, outcomes)
        has_key = requests.key >= 0
        _count(by_key, requests.key[has_key], outcomes[has_key])
    return Outcomes(by_client=by_client.reshape(clients, len(Outcome)), by_key=by_key.reshape(keys, len(Outcome)))


def _count(counts: NDArray[np.uint32], who: NDArray[np.int32], outcomes: NDArray[np.int8]) -> None:
    cells, found = np.unique(who.astype(np.int64) * len(Outcome) + outcomes, return_counts=True)
    counts[cells] += found.astype(np.uint32)
