"""What limits do to traffic."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import state, with_keys, with_room
from review.engine.need import UNMETERED
from review.engine.outcome import Outcome
from review.engine.rate_window import WafModel
from review.layers.layers import Layers
from review.simulation.arrivals import Arrivals, arrivals
from review.simulation.metered import BusyItem, Metered, busiest_item, metered, observed
from review.simulation.retries import Policies, Sent, run_with_retries
from review.simulation.traffic import Retries, Traffic

_NO_RETRIES = Retries(most=0)
_MICROSECONDS = 1_000_000
_MINUTE = 60 * _MICROSECONDS
_NANO = 10**9


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusals:
    """The refusals of one layer for one kind of client."""

    by: Outcome
    requests: int
    first_sec: float
    """Seconds from the start."""

    last_sec: float
    limit: str = ""
    """The limit in tokens, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfTokens:
    """The tokens of requests that reached a model, assigned to the time at which they came."""

    used: int
    """Tokens as the limits count them."""

    reserved: int
    """Tokens that were reserved before the model was called."""

    busiest_minute: int
    """Tokens in the busiest minute. Minutes begin at the start."""

    usd: float | None
    """None if no requested model has a price."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """The results of one kind of client."""

    name: str
    kind: str
    clients: int
    requests: int
    """Requests without retries."""

    served: int
    """Requests that got through, at the first attempt or a later one."""

    sent: int
    """Requests with retries."""

    refusals: tuple[Refusals, ...]
    """In the order in which AWS applies the layers. Layers that refused nothing are left out."""

    acceptance: NDArray[np.float64]
    """For each client that sent requests, the share of its requests that got through."""

    tokens: OfTokens | None = None
    """None if the environment has no limits in tokens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfPlan:
    """The results of the clients of one kind that hold a key of one usage plan."""

    group: str
    plan: str
    clients: int
    requests: int
    served: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """One simulation."""

    layers: Layers
    traffic: Traffic
    waf: WafModel
    arrivals: Arrivals
    sent: Sent
    groups: tuple[Group, ...]
    plans: tuple[OfPlan, ...]
    """For each kind of client and plan, if a kind holds keys of several plans."""

    counted: dict[str, int]
    """For each WAF rule that only counts, the requests that it would have blocked."""

    observed: dict[str, int]
    """For each limit in tokens that only counts, the requests that it would have refused."""

    busiest_item: BusyItem | None
    """The busiest item of the table with the limits in tokens."""

    @property
    def seconds(self) -> NDArray[np.float64]:
        """When each request was sent, in seconds from the start."""
        return (self.sent.time - self.traffic.start.timestamp() * _MICROSECONDS) / _MICROSECONDS


def simulate(layers: Layers, traffic: Traffic, waf: WafModel) -> Result:
    """Send the traffic through the layers, one request after the other."""
    drawn = arrivals(traffic, layers)
    group = drawn.callers.group[drawn.client]
    now = with_room(with_keys(state(layers, waf), layers, drawn.plan_of_key), drawn.row_count)
    tokens = metered(layers, traffic, drawn)
    sent = run_with_retries(
        now,
        drawn.requests,
        group,
        _policies(drawn.retries),
        _retry_after(layers),
        np.random.default_rng(traffic.seed + 1).random(65_537),
        *((tokens.meter, tokens.needs) if tokens else ()),
    )
    start = int(traffic.start.timestamp() * _MICROSECONDS)
    served = np.zeros(len(group), dtype=np.bool_)
    served[sent.request[sent.outcome == Outcome.ACCEPTED]] = True
    return Result(
        layers=layers,
        traffic=traffic,
        waf=waf,
        arrivals=drawn,
        sent=sent,
        plans=tuple(_plans(layers, traffic, drawn, group, served)),
        groups=tuple(
            _group(number, traffic, drawn, group, sent, served, start, tokens) for number in range(len(traffic.clients))
        ),
        observed=observed(tokens) if tokens else {},
        busiest_item=busiest_item(tokens, sent) if tokens else None,
        counted={
            window.name: int(count)
            for window, count in zip(layers.windows, now.counted, strict=True)
            if not window.blocks
        },
    )


def _policies(retries: tuple[Retries | None, ...]) -> Policies:
    each = [policy or _NO_RETRIES for policy in retries]
    return Policies(
        most=np.array([policy.most for policy in each], dtype=np.int64),
        first_delay=np.array([policy.first_delay_sec for policy in each], dtype=np.float64),
        longest_delay=np.array([policy.longest_delay_sec for policy in each], dtype=np.float64),
        honour=np.array([policy.honour_retry_after for policy in each], dtype=np.bool_),
        longest_retry_after=np.array([policy.longest_retry_after_sec for policy in each], dtype=np.float64),
    )


def _retry_after(layers: Layers) -> NDArray[np.float64]:
    seconds = np.full(len(Outcome), layers.retry_after.throttle, dtype=np.float64)
    seconds[Outcome.WAF] = layers.retry_after.waf
    seconds[Outcome.QUOTA] = layers.retry_after.quota
    return seconds


def _plans(
    layers: Layers, traffic: Traffic, drawn: Arrivals, group: NDArray[np.int32], served: NDArray[np.bool_]
) -> Iterator[OfPlan]:
    of_request = drawn.plan_of_client[drawn.client]
    for number, entry in enumerate(traffic.clients):
        held = drawn.plan_of_client[drawn.callers.first[number] : drawn.callers.first[number + 1]]
        plans = np.unique(held)
        for plan in plans.tolist() if len(plans) > 1 else ():
            mine = (group == number) & (of_request == plan)
            yield OfPlan(
                group=entry.name,
                plan=layers.plans[plan].name,
                clients=int((held == plan).sum()),
                requests=int(mine.sum()),
                served=int(served[mine].sum()),
            )


def _group(  # passed on as they are
    number: int,
    traffic: Traffic,
    drawn: Arrivals,
    group: NDArray[np.int32],
    sent: Sent,
    served: NDArray[np.bool_],
    start: int,
    tokens: Metered | None,
) -> Group:
    entry = traffic.clients[number]
    of_group = group[sent.request] == number
    outcomes, times = sent.outcome[of_group], sent.time[of_group]
    mine = group == number
    clients = drawn.client[mine]
    first = int(drawn.callers.first[number])
    count = int(drawn.callers.first[number + 1]) - first
    asked = np.bincount(clients - first, minlength=count)
    got = np.bincount(clients - first, weights=served[mine], minlength=count)
    return Group(
        name=entry.name,
        kind=entry.kind,
        clients=count,
        requests=int(mine.sum()),
        served=int(served[mine].sum()),
        sent=int(of_group.sum()),
        refusals=tuple(_refusals(outcomes, times - start, sent.limit[of_group] if tokens else None, tokens)),
        acceptance=got[asked > 0] / asked[asked > 0],
        tokens=_of_tokens(sent, of_group & (sent.outcome == Outcome.ACCEPTED), start, tokens) if tokens else None,
    )


def _refusals(
    outcomes: NDArray[np.int8], times: NDArray[np.int64], limits: NDArray[np.int16] | None, tokens: Metered | None
) -> Iterator[Refusals]:
    """The refusals by layer. Those of limits in tokens are by limit."""
    for outcome in Outcome:
        mine = outcomes == outcome
        if outcome == Outcome.ACCEPTED or not mine.any():
            continue
        if tokens is None or limits is None or not outcome.is_of_tokens:
            yield _of_layer(outcome, times[mine])
            continue
        for limit in np.unique(limits[mine]).tolist():
            yield _of_layer(outcome, times[mine & (limits == limit)], tokens.layer.words_of(limit))


def _of_layer(outcome: Outcome, times: NDArray[np.int64], limit: str = "") -> Refusals:
    return Refusals(
        by=outcome,
        requests=len(times),
        first_sec=int(times.min()) / _MICROSECONDS,
        last_sec=int(times.max()) / _MICROSECONDS,
        limit=limit,
    )


def _of_tokens(sent: Sent, accepted: NDArray[np.bool_], start: int, tokens: Metered) -> OfTokens:
    requests = sent.request[accepted]
    requests, times = requests[is_metered := tokens.needs.profile[requests] != UNMETERED], sent.time[accepted]
    used = tokens.needs.used_tokens[requests]
    minutes = (times[is_metered] - start) // _MINUTE
    priced = any(tokens.layer.price_of(profile.model) is not None for profile in tokens.profiles)
    return OfTokens(
        used=int(used.sum()),
        reserved=int(tokens.needs.tokens[requests].sum()),
        busiest_minute=int(np.bincount(minutes, weights=used).max()) if len(used) else 0,
        usd=int(tokens.needs.used_nano_usd[requests].sum()) / _NANO if priced else None,
    )
