"""Generated requests as the function in front of a model sees them: which budgets cover them, and whose these are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.engine.meter import Meter, meter, with_open
from review.engine.need import UNMETERED, Needs, Profile, needs, profile_of
from review.engine.outcome import Outcome
from review.layers.layers import Layers
from review.layers.token_layer import TokenBudget, TokenLayer
from review.simulation.arrivals import Arrivals
from review.simulation.retries import Sent
from review.simulation.tokens import usage_of
from review.simulation.traffic import Traffic

_TOKENS_SEED = 2
"""Differs from the seeds of arrivals and of retries."""


@dataclass(frozen=True, kw_only=True)
class Metered:
    """What a simulation needs to decide, and its report to explain."""

    layer: TokenLayer
    meter: Meter
    needs: Needs
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BusyItem:
    """The item of the table with the most writes."""

    budget: str
    requests: int
    """Requests in its busiest second, including refused ones."""

    writes: int
    """Writes in its busiest second: one to reserve, one to settle."""


def observed(each: Metered) -> dict[str, int]:
    """For each limit that only counts, how often it would have refused."""
    counts = each.meter.refused * each.meter.observes[:, None]
    return {
        each.layer.words_of(int(limit)): int(counts.reshape(-1)[limit]) for limit in np.flatnonzero(counts.reshape(-1))
    }


def busiest_item(each: Metered, sent: Sent) -> BusyItem | None:
    """Assumes that every request reads the table. A function that repeats a refusal for a second does not."""
    reads = np.isin(sent.outcome, (Outcome.ACCEPTED, Outcome.TOKEN_LIMIT))
    reads &= each.needs.profile[sent.request] != UNMETERED
    requests, times = sent.request[reads], sent.time[reads]
    settled = sent.outcome[reads] == Outcome.ACCEPTED
    ends = times[settled] + each.needs.milliseconds[requests[settled]] * 1000
    busiest: BusyItem | None = None
    for number, budget in enumerate(each.layer.budgets):
        covers = np.array([number in profile.budgets for profile in each.profiles])[each.needs.profile[requests]]
        begun = _busiest(each.needs.rows[number, requests[covers]], times[covers])
        rows = each.needs.rows[number, requests]
        both = (
            np.concatenate([rows[covers], rows[settled & covers]]),
            np.concatenate([times[covers], ends[covers[settled]]]),
        )
        # Shards are chosen evenly.
        found = BusyItem(budget=budget.words, requests=begun // budget.shards, writes=_busiest(*both) // budget.shards)
        if busiest is None or found.writes > busiest.writes:
            busiest = found
    return busiest


def _busiest(rows: NDArray[np.int32], times: NDArray[np.int64]) -> int:
    if not len(rows):
        return 0
    seconds = times // 1_000_000
    _, counts = np.unique(rows.astype(np.int64) * 2**33 + (seconds - seconds.min()), return_counts=True)
    return int(counts.max())


def metered(layers: Layers, traffic: Traffic, drawn: Arrivals) -> Metered | None:
    """None if the environment has no limits in tokens."""
    layer = layers.tokens
    if layer is None:
        return None
    group = drawn.callers.group[drawn.client]
    profiles, profile = _profiles(layer, layers, traffic, drawn, group)
    rows, count = _rows(layer, traffic, drawn)
    usage = usage_of([entry.tokens for entry in traffic.clients], group, traffic.seed + _TOKENS_SEED)
    needed = needs(layer, profiles, profile, usage, rows[:, drawn.client])
    # A request is admitted at most once, however often it is sent.
    empty = with_open(meter(layer, profiles, count), len(profile))
    return Metered(layer=layer, meter=empty, needs=needed, profiles=tuple(profiles))


def _profiles(
    layer: TokenLayer, layers: Layers, traffic: Traffic, drawn: Arrivals, group: NDArray[np.int32]
) -> tuple[list[Profile], NDArray[np.int32]]:
    first = next(iter(layer.prices), None)
    models = [entry.tokens.model or first for entry in traffic.clients]
    routes, plans = len(layers.routes), len(layers.plans) + 1
    plan = drawn.plan_of_client[drawn.client].astype(np.int64) + 1
    pairs, of_request = np.unique(
        (group.astype(np.int64) * routes + drawn.requests.route) * plans + plan, return_inverse=True
    )
    profiles: list[Profile] = []
    of_pair = np.full(len(pairs), UNMETERED, dtype=np.int32)
    for index, pair in enumerate(pairs.tolist()):
        rest, number = divmod(pair, plans)
        who, route = divmod(rest, routes)
        name = layers.plans[number - 1].name if number else None
        profile = profile_of(layer, layers.routes[route].key, models[who], name)
        if profile is not None:
            if profile not in profiles:
                profiles.append(profile)
            of_pair[index] = profiles.index(profile)
    return profiles, of_pair[of_request]


def _rows(layer: TokenLayer, traffic: Traffic, drawn: Arrivals) -> tuple[NDArray[np.int32], int]:
    """For each budget and client, the row of its levels. The numbers continue over all budgets."""
    rows = np.zeros((len(layer.budgets), len(drawn.callers)), dtype=np.int32)
    count = 0
    for number, budget in enumerate(layer.budgets):
        found, identities = _identities(budget, traffic, drawn)
        rows[number] = found * budget.shards + count
        count += identities * budget.shards
    return rows, count


def _identities(budget: TokenBudget, traffic: Traffic, drawn: Arrivals) -> tuple[NDArray[np.int64], int]:
    """For each client, a number for its identity in the budget. All clients that lack a part share one."""
    parts = np.stack([_part(each, traffic, drawn) for each in budget.by])
    parts[:, (parts == NONE).any(axis=0)] = NONE
    identities, found = np.unique(parts, axis=1, return_inverse=True)
    return np.asarray(found, dtype=np.int64).reshape(-1), identities.shape[1]


def _part(by: str, traffic: Traffic, drawn: Arrivals) -> NDArray[np.int64]:
    """Each client is a principal, and has its own value of every claim that the traffic does not set."""
    own = np.arange(len(drawn.callers), dtype=np.int64)
    if by == "all":
        return np.zeros_like(own)
    if by == "api_key":
        return np.where(drawn.plan_of_client == NONE, NONE, own)
    if by == "ip":
        return drawn.callers.addresses()
    claim = by.removeprefix("claim:")
    return own if by == "principal" else _claim(claim, own, traffic, drawn.callers.first)


def _claim(
    claim: str, own: NDArray[np.int64], traffic: Traffic, first: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.int64]:
    found, names = own.copy(), dict[str, int]()
    for group, entry in enumerate(traffic.clients):
        value = entry.claims.get(claim)
        if value is not None and "{client}" not in value:
            # Negative numbers, so that they differ from those of clients.
            found[first[group] : first[group + 1]] = -2 - names.setdefault(value, len(names))
    return found
