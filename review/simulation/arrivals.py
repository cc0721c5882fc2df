"""From a traffic file to single requests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE, Requests
from review.ip_ranges import IpRanges
from review.layers.layers import Layers, Plan, RateWindow
from review.simulation.traffic import NO_KEY, Abuser, Burst, Clients, NatOffice, Retries, Traffic, check

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """One client."""

    group: int
    """An index into the traffic's `clients`."""

    ip: str
    headers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Who sends what, before anyone is refused."""

    requests: Requests
    client: NDArray[np.int32]
    callers: tuple[Caller, ...]
    plan_of_key: list[Plan | None]
    row_count: int
    retries: tuple[Retries | None, ...]
    """By group."""


def arrivals(traffic: Traffic, layers: Layers) -> Arrivals:
    """Draw every request of the traffic. Raises ReviewError for a route or a plan that the environment lacks."""
    check(traffic, layers)
    route_keys = [route.key for route in layers.routes]
    random = np.random.default_rng(traffic.seed)
    callers: list[Caller] = []
    plan_of_key: list[Plan | None] = []
    key_of_client: list[int] = []
    times: list[NDArray[np.float64]] = []
    clients: list[NDArray[np.int32]] = []
    routes: list[NDArray[np.int32]] = []
    for group, entry in enumerate(traffic.clients):
        plan = _plan(entry, layers)
        first = len(callers)
        count = 1 if isinstance(entry, Abuser) else entry.count
        for number in range(count):
            ip = (entry.ip or _ip(group, 0)) if isinstance(entry, NatOffice | Abuser) else _ip(group, number)
            headers = {name: value.replace("{client}", str(number)) for name, value in entry.headers.items()}
            callers.append(Caller(group=group, ip=ip, headers=headers))
            key_of_client.append(NONE if plan is None else len(plan_of_key))
            if plan is not None:
                plan_of_key.append(plan)
        when, who = _moments(entry, count, traffic.duration_sec, random)
        choice = np.array([route_keys.index(key) for key in entry.routes or route_keys[:1]], dtype=np.int32)
        times.append(when)
        clients.append((who + first).astype(np.int32))
        routes.append(choice[np.arange(len(when)) % len(choice)])
    all_times = np.concatenate(times)
    order = np.argsort(all_times, kind="stable")
    client = np.concatenate(clients)[order]
    route = np.concatenate(routes)[order]
    rows, row_count = _rows(layers, callers, client, route)
    start = int(traffic.start.timestamp() * _MICROSECONDS)
    requests = Requests(
        time=start + np.round(all_times[order] * _MICROSECONDS).astype(np.int64),
        route=route,
        key=np.array(key_of_client, dtype=np.int32)[client],
        rows=rows,
    )
    return Arrivals(
        requests=requests,
        client=client,
        callers=tuple(callers),
        plan_of_key=plan_of_key,
        row_count=row_count,
        retries=tuple(entry.retries for entry in traffic.clients),
    )


def _ip(group: int, number: int) -> str:
    """Made up, of the range for benchmarks (198.18.0.0/15, RFC 2544) and what follows it."""
    at = (198 << 24) + (18 << 16) + (group << 20) + number
    return ".".join(str(at >> shift & 255) for shift in (24, 16, 8, 0))


def _plan(entry: Clients, layers: Layers) -> Plan | None:
    if entry.usage_plan == NO_KEY or not layers.plans:
        return None
    plans = {plan.name: plan for plan in layers.plans}
    return plans[entry.usage_plan] if entry.usage_plan else layers.plans[0]


def _moments(
    entry: Clients, count: int, duration: float, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Seconds from the start, and whose: independent of the layers, so that two environments meet the same requests."""
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
    layers: Layers, callers: list[Caller], client: NDArray[np.int32], route: NDArray[np.int32]
) -> tuple[NDArray[np.int32], int]:
    """For every rule and request the number of the key that counts it, all rules' keys numbered through."""
    rows = np.full((len(layers.windows), len(client)), NONE, dtype=np.int32)
    numbers: dict[tuple[object, ...], int] = {}
    pairs, inverse = np.unique(client.astype(np.int64) * len(layers.routes) + route, return_inverse=True)
    for rule, window in enumerate(layers.windows):
        exempt = IpRanges(window.exempt)
        row_of_pair = np.full(len(pairs), NONE, dtype=np.int32)
        for index, pair in enumerate(pairs):
            who, where = divmod(int(pair), len(layers.routes))
            route_key = layers.routes[where].key
            key = _aggregation_key(window, callers[who], route_key) if window.covers(route_key) else None
            if key is not None and callers[who].ip not in exempt:
                row_of_pair[index] = numbers.setdefault((rule, *key), len(numbers))
        rows[rule] = row_of_pair[inverse]
    return rows, len(numbers)


def _aggregation_key(window: RateWindow, caller: Caller, route: str) -> tuple[str, ...] | None:
    """What the rule tells this caller apart by; None where the request has no such thing."""
    method, path = route.split(" ", 1)
    known = {"ip": caller.ip, "forwarded_ip": caller.ip, "method": method, "path": path}
    known |= {f"header:{name.lower()}": value for name, value in caller.headers.items()}
    parts = [known.get(part) for part in window.key]
    # "All of the request components in the aggregation keys must be present, otherwise the request is not evaluated".
    return None if None in parts else tuple(str(part) for part in parts)
