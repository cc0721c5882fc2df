"""Applies other limits to the requests of a replay: how much a candidate would have refused, and for whom."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import Requests, run, state, with_keys, with_room
from review.engine.outcome import Outcome
from review.engine.token_bucket import HIGHEST
from review.layers.layers import Layers, Plan, RouteLimits
from review.replay.metering import Metering
from review.replay.order import Columns
from review.replay.recorded import Block
from review.replay.replay import Replayed
from review.replay.tally import count_outcomes
from review.replay.waf_rows import WafRows
from settings.throttling import Throttle

Asked = Callable[[Block], NDArray[np.bool_]]
"""Which requests of a block reach these limits."""

Who = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Numbers of callers, and the requests of each."""

_FEWEST_ADDED = 262_144
"""Counts to collect before they are added up."""

_ENDLESS = Throttle(rate_limit=HIGHEST, burst_limit=HIGHEST)


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """How many requests of each client and of each key had each outcome."""

    by_client: NDArray[np.uint32]
    by_key: NDArray[np.uint32]


@dataclass(frozen=True, kw_only=True)
class OfRoutes:
    """Requests by route and client, without combinations that did not occur."""

    width: int
    pairs: NDArray[np.int64]
    counts: NDArray[np.int64]

    def of(self, route: int) -> Who:
        """Clients, and the requests of each."""
        first, last = np.searchsorted(self.pairs, [route * self.width, (route + 1) * self.width])
        return self.pairs[first:last] - route * self.width, self.counts[first:last]


def nothing(layers: Layers) -> Layers:
    """The routes without any limit, so that one can be added."""
    return Layers(
        name=layers.name,
        routes=tuple(RouteLimits(key=route.key, bucket=None, own=False) for route in layers.routes),
        account=_ENDLESS,
        stage=_ENDLESS,
    )


def rerun(
    replayed: Replayed, layers: Layers, plan_of_key: Sequence[Plan | None], asked: Asked | None = None
) -> Outcomes:
    """Run the engine again. The layers have the same routes in the same order."""
    clients, keys = len(replayed.clients), len(replayed.keys)
    by_client = np.zeros((clients, len(Outcome)), dtype=np.uint32)
    by_key = np.zeros((keys, len(Outcome)), dtype=np.uint32)
    for requests, outcomes in _decided(replayed, layers, plan_of_key, asked):
        count_outcomes(by_client, requests.client, outcomes)
        has_key = requests.key >= 0
        count_outcomes(by_key, requests.key[has_key], outcomes[has_key])
    return Outcomes(by_client=by_client, by_key=by_key)


def refused_by_route(replayed: Replayed, layers: Layers, asked: Asked) -> OfRoutes:
    """Run the engine again, and count by route and client what was refused."""
    blocks = _decided(replayed, layers, (None,) * len(replayed.keys), asked)
    return of_routes(replayed, (requests.at(outcomes != Outcome.ACCEPTED) for requests, outcomes in blocks))


def of_routes(replayed: Replayed, blocks: Iterable[Columns]) -> OfRoutes:
    """These requests by route and client."""
    width = max(1, len(replayed.clients))
    known = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    more: list[Who] = []
    for requests in blocks:
        more.append(np.unique(requests.route.astype(np.int64) * width + requests.client, return_counts=True))
        # Not for each block, since the cost depends on all that is known.
        if sum(len(pairs) for pairs, _ in more) > max(_FEWEST_ADDED, len(known[0])):
            known, more = _added([known, *more]), []
    pairs, counts = _added([known, *more])
    return OfRoutes(width=width, pairs=pairs, counts=counts)


def _added(counted: Sequence[Who]) -> Who:
    """The sum of these counts."""
    all_pairs, all_counts = zip(*counted, strict=True)
    pairs, inverse = np.unique(np.concatenate(all_pairs), return_inverse=True)
    return pairs, np.bincount(inverse, weights=np.concatenate(all_counts), minlength=len(pairs)).astype(np.int64)


def _decided(
    replayed: Replayed, layers: Layers, plan_of_key: Sequence[Plan | None], asked: Asked | None
) -> Iterator[tuple[Columns, NDArray[np.int8]]]:
    rows = WafRows(layers)
    rows.meet(replayed.clients)
    now = with_keys(state(layers, replayed.waf), layers, plan_of_key)
    metering = Metering(layers, layers.tokens, replayed.models) if layers.tokens else None
    for block in replayed.recorded.blocks():
        requests = block.requests if asked is None else block.requests.at(asked(block))
        outcomes = np.empty(len(requests.time), dtype=np.int8)
        of_waf = rows.of(now.windows, requests)
        now = with_room(now, rows.count)
        run(now, Requests(requests.time, requests.route, requests.key, of_waf), outcomes)
        if metering is not None:
            metering.decide(requests, outcomes, plan_of_key)
        yield requests, outcomes
