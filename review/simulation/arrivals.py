"""Turns a traffic file into single requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE, Requests
from review.ip_ranges import IpRanges
from review.layers.layers import Layers, Plan, RateWindow
from review.simulation.traffic import NO_KEY, Abuser, Burst, Clients, NatOffice, Retries, Traffic, check

_MICROSECONDS = 1_000_000

_OF_ALL = frozenset({"ip", "forwarded_ip", "method", "path"})
"""Parts of a rule's key that every request has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """One client."""

    group: int
    """An index into `clients` of the traffic."""

    ip: str
    headers: dict[str, str]


class Callers(Sequence[Caller]):
    """All clients, one group after the other. They are created on access: a million would need half a gigabyte."""

    def __init__(self, groups: Sequence[Clients]) -> None:
        self._groups = groups
        counts = [_count(entry) for entry in groups]
        self.first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        """For each group, its first client. The last number is the number of clients."""

        self.group = np.repeat(np.arange(len(groups), dtype=np.int32), counts)
        """For each client, its group."""

    def __len__(self) -> int:
        return int(self.first[-1])

    @overload
    def __getitem__(self, index: int) -> Caller: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Caller, ...]: ...

    def __getitem__(self, index: int | slice) -> Caller | tuple[Caller, ...]:
        if isinstance(index, slice):
            return tuple(self[each] for each in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        client = index % len(self)
        group = int(self.group[client])
        number = client - int(self.first[group])
        headers = {name: value.replace("{client}", str(number)) for name, value in self._groups[group].headers.items()}
        return Caller(group=group, ip=self._ip(group, number), headers=headers)

    def _ip(self, group: int, number: int) -> str:
        entry = self._groups[group]
        if isinstance(entry, NatOffice | Abuser):
            return entry.ip or _ip(group, 0)
        return _ip(group, number)

    def addresses(self) -> NDArray[np.int64]:
        """For each client, a number for its address."""
        found = np.arange(len(self), dtype=np.int64)
        shared: dict[str, int] = {}
        for group, entry in enumerate(self._groups):
            if isinstance(entry, NatOffice | Abuser):
                first = int(self.first[group])
                found[first : self.first[group + 1]] = shared.setdefault(self._ip(group, 0), first)
        return found


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Which client sends what, before any request is refused."""

    requests: Requests
    client: NDArray[np.int32]
    callers: Callers
    plan_of_key: list[Plan | None]
    plan_of_client: NDArray[np.int32]
    """An index into the layers' plans, or NONE."""

    row_count: int
    retries: tuple[Retries | None, ...]
    """For each group."""


def arrivals(traffic: Traffic, layers: Layers) -> Arrivals:
    """Generate every request of the traffic. Raises ReviewError for a route or a plan that the environment does not
    have.
    """
    check(traffic, layers)
    route_keys = [route.key for route in layers.routes]
    random = np.random.default_rng(traffic.seed)
    callers = Callers(traffic.clients)
    plan_of_client = np.concatenate([_plans(entry, layers) for entry in traffic.clients])
    times: list[NDArray[np.float64]] = []
    clients: list[NDArray[np.int32]] = []
    routes: list[NDArray[np.int32]] = []
    for group, entry in enumerate(traffic.clients):
        when, who = _moments(entry, _count(entry), traffic.duration_sec, random)
        choice = np.array([route_keys.index(key) for key in entry.routes or route_keys[:1]], dtype=np.int32)
        times.append(when)
        clients.append((who + callers.first[group]).astype(np.int32))
        routes.append(choice[np.arange(len(when)) % len(choice)])
    all_times = np.concatenate(times)
    order = np.argsort(all_times, kind="stable")
    client = np.concatenate(clients)[order]
    route = np.concatenate(routes)[order]
    rows, row_count = _rows(layers, callers, client, route)
    start = int(traffic.start.timestamp() * _MICROSECONDS)
    has_key = plan_of_client != NONE
    key_of_client = np.where(has_key, np.cumsum(has_key) - 1, NONE).astype(np.int32)
    requests = Requests(
        time=start + np.round(all_times[order] * _MICROSECONDS).astype(np.int64),
        route=route,
        key=key_of_client[client],
        rows=rows,
    )
    return Arrivals(
        requests=requests,
        client=client,
        callers=callers,
        plan_of_key=[layers.plans[plan] for plan in plan_of_client[has_key].tolist()],
        plan_of_client=plan_of_client,
        row_count=row_count,
        retries=tuple(entry.retries for entry in traffic.clients),
    )


def _count(entry: Clients) -> int:
    return 1 if isinstance(entry, Abuser) else entry.count


def _ip(group: int, number: int) -> str:
    """A generated address from the range for benchmarks (198.18.0.0/15, RFC 2544) and what follows it."""
    at = (198 << 24) + (18 << 16) + (group << 20) + number
    return ".".join(str(at >> shift & 255) for shift in (24, 16, 8, 0))


def _plans(entry: Clients, layers: Layers) -> NDArray[np.int32]:
    """The plan of each client. If the traffic names none, the clients hold keys of all plans in turn."""
    count = _count(entry)
    if entry.usage_plan == NO_KEY or not layers.plans:
        return np.full(count, NONE, dtype=np.int32)
    if entry.usage_plan:
        plan = [plan.name for plan in layers.plans].index(entry.usage_plan)
        return np.full(count, plan, dtype=np.int32)
    return (np.arange(count) % len(layers.plans)).astype(np.int32)


def _moments(
    entry: Clients, count: int, duration: float, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The times in seconds from the start, and the clients. They do not depend on the layers, so that two environments
    get the same requests.
    """
    if isinstance(entry, Burst):
        when = entry.at_sec + random.uniform(0, entry.spread_sec, count * entry.requests)
        who = np.repeat(np.arange(count), entry.requests)
    else:
        end = duration if entry.to_sec is None else min(entry.to_sec, duration)
        length = end - entry.from_sec
        if isinstance(entry, Abuser):
            when = entry.from_sec + np.arange(int(length * entry.rate)) / entry.rate
            who = np.zeros(len(when), dtype=np.int64)
        else:
            each = random.poisson(entry.rate * length, count)
            when = entry.from_sec + random.uniform(0, length, int(each.sum()))
            who = np.repeat(np.arange(count), each)
    inside = when < duration
    when, who = when[inside], who[inside]
    order = np.argsort(when, kind="stable")
    return when[order], who[order].astype(np.int64)


def _rows(
    layers: Layers, callers: Callers, client: NDArray[np.int32], route: NDArray[np.int32]
) -> tuple[NDArray[np.int32], int]:
    """For every rule and request, the number of the key that counts it. The numbers continue over all rules."""
    rows = np.full((len(layers.windows), len(client)), NONE, dtype=np.int32)
    count = 0
    for rule, window in enumerate(layers.windows):
        keys = _by_request(layers, window, callers, client, route)
        inside = keys != NONE
        if window.exempt:
            exempt = IpRanges(window.exempt)
            asking = np.unique(client[inside])
            free = asking[[callers[who].ip in exempt for who in asking.tolist()]]
            inside &= ~np.isin(client, free)
        names, numbers = np.unique(keys[inside], return_inverse=True)
        rows[rule, inside] = numbers + count
        count += len(names)
    return rows, count


def _by_request(
    layers: Layers, window: RateWindow, callers: Callers, client: NDArray[np.int32], route: NDArray[np.int32]
) -> NDArray[np.int64]:
    """A number for each request's key in the rule. NONE if the rule does not count the request."""
    if not set(window.key) <= _OF_ALL:
        return _by_headers(layers, window, callers, client, route)
    part_of_route = np.full(len(layers.routes), NONE, dtype=np.int64)
    parts: dict[tuple[str, ...], int] = {}
    for number, each in enumerate(layers.routes):
        if window.covers(each.key):
            method, path = each.key.split(" ", 1)
            part = tuple(word for name, word in (("method", method), ("path", path)) if name in window.key)
            part_of_route[number] = parts.setdefault(part, len(parts))
    of_request = part_of_route[route]
    if {"ip", "forwarded_ip"} & set(window.key):
        return np.where(of_request == NONE, NONE, callers.addresses()[client] * (len(parts) or 1) + of_request)
    return of_request


def _by_headers(
    layers: Layers, window: RateWindow, callers: Callers, client: NDArray[np.int32], route: NDArray[np.int32]
) -> NDArray[np.int64]:
    numbers: dict[tuple[str, ...], int] = {}
    pairs, inverse = np.unique(client.astype(np.int64) * len(layers.routes) + route, return_inverse=True)
    key_of_pair = np.full(len(pairs), NONE, dtype=np.int64)
    for index, pair in enumerate(pairs.tolist()):
        who, where = divmod(pair, len(layers.routes))
        route_key = layers.routes[where].key
        key = _aggregation_key(window, callers[who], route_key) if window.covers(route_key) else None
        if key is not None:
            key_of_pair[index] = numbers.setdefault(key, len(numbers))
    return key_of_pair[inverse]


def _aggregation_key(window: RateWindow, caller: Caller, route: str) -> tuple[str, ...] | None:
    """The key of this caller in the rule. None if the request does not have it."""
    method, path = route.split(" ", 1)
    known = {"ip": caller.ip, "forwarded_ip": caller.ip, "method": method, "path": path}
    known |= {f"header:{name.lower()}": value for name, value in caller.headers.items()}
    parts = [known.get(part) for part in window.key]
    # "All of the request components in the aggregation keys must be present, otherwise the request is not evaluated".
    return None if None in parts else tuple(str(part) for part in parts)
