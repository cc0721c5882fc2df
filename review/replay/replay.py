"""A recorded log against an environment's limits."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from review.engine.engine import Requests, State, run, state, with_keys, with_room
from review.engine.rate_window import WafModel
from review.layers.layers import Layers, Plan
from review.refusal import ReviewError
from review.replay import peaks, source
from review.replay.columns import Columns as Names
from review.replay.columns import header
from review.replay.names import PREFLIGHT, UNKNOWN, Numbers, Routes
from review.replay.order import Columns, InOrder
from review.replay.parse import csv_lines, json_lines
from review.replay.tally import Tally
from review.replay.waf_rows import WafRows

UNKNOWN_ROUTE = "route that the environment does not have"
PREFLIGHT_REQUEST = "CORS preflight (OPTIONS), not limited with its route"
LATE = "time out of order by more than the tolerance"
AHEAD = "time far ahead of the lines after it"

Progress = Callable[[int, int], None]
"""Hears how many bytes of how many have been read."""


@dataclass(frozen=True, kw_only=True)
class Log:
    """What to read, and how."""

    files: tuple[Path, ...]
    columns: Names
    is_csv: bool = False
    tolerance_sec: float = 60.0
    plan_of_key: Mapping[str, str] | None = None
    """Usage plans by API key id, where the ids say nothing."""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What the limits would have done."""

    layers: Layers
    waf: WafModel
    tally: Tally
    clients: tuple[str, ...]
    peaks: peaks.Peaks
    window_sec: int
    """The window over which the clients' peaks were taken."""

    problems: dict[str, int]
    """Lines left out, by reason."""

    put_back: int
    counted: dict[str, int]
    notes: tuple[str, ...]


def replay(layers: Layers, log: Log, waf: WafModel, progress: Progress = lambda _, __: None) -> Replayed:
    """Read the log once, block by block. Raises ReviewError where nothing in it can be used."""
    return _Replay(layers, log, waf, progress).all()


class _Replay:
    def __init__(self, layers: Layers, log: Log, waf: WafModel, progress: Progress) -> None:
        self._notes: list[str] = []
        if not log.columns.key and any(route.key_required for route in layers.routes):
            self._notes.append("The log names no API keys: usage plans and quotas were left out.")
            layers = replace(layers, routes=tuple(replace(route, key_required=False) for route in layers.routes))
        self._layers, self._log, self._waf, self._progress = layers, log, waf, progress
        self._problems: Counter[str] = Counter()
        self._clients, self._keys, self._routes = Numbers(), Numbers(), Routes(layers)
        self._order = InOrder(log.tolerance_sec)
        self._waf_rows = WafRows(layers)
        self._met = 0
        self._plans: list[Plan | None] = []
        self._guessed = 0
        self._state: State = state(layers, waf)
        self._tally = Tally()
        self._window_sec = min((window.window_sec for window in layers.windows if "ip" in window.key), default=300)
        self._peaks = peaks.peaks(self._window_sec, waf.interval_sec, len(layers.routes))

    def all(self) -> Replayed:
        # One block is parsed while the one before it is decided: both leave the interpreter's lock.
        with ThreadPoolExecutor(1) as ahead:
            parsed = self._parsed()
            coming = ahead.submit(next, parsed, None)
            while (frame := coming.result()) is not None:
                coming = ahead.submit(next, parsed, None)
                self._decide(self._order.add(self._numbered(frame)))
        self._decide(self._order.rest())
        self._tally.end()
        self._problems[LATE], self._problems[AHEAD] = self._order.late, self._order.ahead
        problems = {reason: count for reason, count in self._problems.items() if count}
        if not self._tally.requests:
            found = "; ".join(f"{count:,} x {reason}" for reason, count in problems.items()) or "no line at all"
            files = ", ".join(file.as_posix() for file in self._log.files)
            raise ReviewError(f"{files}: nothing usable: {found}")
        if self._waf_rows.left_out:
            names = ", ".join(self._waf_rows.left_out)
            self._notes.append(f"WAF rules that count by what no access log holds were left out: {names}.")
        if self._guessed:
            first = self._layers.plans[0].name
            self._notes.append(
                f"{self._guessed:,} API keys of unknown plan were taken to be of the first, {first}; "
                "--key-plan says better."
            )
        windows = self._layers.windows
        return Replayed(
            layers=self._layers,
            waf=self._waf,
            tally=self._tally,
            clients=tuple(self._clients.names),
            peaks=self._peaks,
            window_sec=self._window_sec,
            problems=problems,
            put_back=self._order.put_back,
            counted={
                window.name: int(count)
                for window, count in zip(windows, self._state.counted, strict=True)
                if not window.blocks
            },
            notes=tuple(self._notes),
        )

    def _parsed(self) -> Iterator[pl.DataFrame]:
        sizes = [_size(file) for file in self._log.files]
        before = 0
        for file, size in zip(self._log.files, sizes, strict=True):
            done = before

            def read(at: int, done: int = done) -> None:
                self._progress(done + at, sum(sizes))

            yield from self._of_file(file, read)
            before += size
        self._progress(before, before)

    def _of_file(self, file: Path, read: Callable[[int], None]) -> Iterator[pl.DataFrame]:
        names: list[str] = []
        for each in source.blocks(file, self._problems, read):
            block = each
            if not self._log.is_csv:
                yield json_lines(block, self._log.columns, self._problems)
                continue
            if not names:
                first, _, block = block.partition(b"\n")
                names = _header(file, first, self._log.columns)
            if block.strip():
                yield csv_lines(block, names, self._log.columns, self._problems)

    def _numbered(self, frame: pl.DataFrame) -> Columns:
        route = self._routes.of(frame["route"])
        self._problems[UNKNOWN_ROUTE] += int((route == UNKNOWN).sum())
        self._problems[PREFLIGHT_REQUEST] += int((route == PREFLIGHT).sum())
        known = route >= 0
        if not known.all():
            frame = frame.filter(pl.Series(known))
            route = route[known]
        return Columns(
            time=frame["time"].to_numpy(),
            client=self._clients.of(frame["client"]),
            route=route,
            key=self._keys.of(frame["key"]),
        )

    def _decide(self, requests: Columns) -> None:
        if not len(requests.time):
            return
        clients = len(self._clients.names)
        if clients > self._met:
            self._waf_rows.meet(self._clients.names[self._met :])
            self._met = clients
        if len(self._keys.names) > len(self._plans):
            new = [self._plan(key) for key in self._keys.names[len(self._plans) :]]
            self._plans += new
            self._state = with_keys(self._state, self._layers, new)
        self._state = with_room(self._state, self._waf_rows.count(clients))
        self._peaks = peaks.with_room(self._peaks, clients, len(self._plans))
        outcomes = np.empty(len(requests.time), dtype=np.int8)
        rows = self._waf_rows.of(requests.client, requests.route)
        run(self._state, Requests(requests.time, requests.route, requests.key, rows), outcomes)
        peaks.see(self._peaks, requests.time, requests.client, requests.route, requests.key)
        self._tally.add(requests, outcomes, clients)

    def _plan(self, key: str) -> Plan | None:
        plans = {plan.name: plan for plan in self._layers.plans}
        if not plans:
            return None
        named = (self._log.plan_of_key or {}).get(key)
        if named is not None:
            return plans[named]
        for plan in self._layers.plans:
            if key in plan.keys:
                return plan
        if len(plans) > 1:
            self._guessed += 1
        return self._layers.plans[0]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise ReviewError(f"{file.as_posix()}: cannot be read: {error.strerror}") from None


def _header(file: Path, line: bytes, columns: Names) -> list[str]:
    names = header(line)
    missing = [name for name in columns.names() if name not in names]
    if missing:
        raise ReviewError(
            f"{file.as_posix()}: no column {', '.join(missing)}; it has {', '.join(names)}; "
            "--columns says which is which"
        )
    if len(set(names)) < len(names):
        raise ReviewError(f"{file.as_posix()}: two columns of one name: {', '.join(names)}")
    return names
