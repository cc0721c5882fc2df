"""Applies an environment's limits to a recorded log."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from review.engine.engine import Requests, State, run, state, with_keys, with_room
from review.engine.rate_window import WafModel
from review.layers.layers import Layers, Plan
from review.refusal import ReviewError
from review.replay import resolution as exactness
from review.replay.counted_rows import refuse_counted_rows
from review.replay.formats.format import TOKEN_FIELDS
from review.replay.metering import Known, Metering, known_by
from review.replay.names import PREFLIGHT, UNKNOWN, Numbers, Routes
from review.replay.order import Columns
from review.replay.parse import KNOWN_TIMES, NO_TIME
from review.replay.printable import printable
from review.replay.recognize import Recognized, recognize
from review.replay.recorded import Recorded
from review.replay.stream import Input, Stream
from review.replay.tally import Tally
from review.replay.token_log import WORDS, TokenLog, token_log
from review.replay.tokens import TokensOfRequests
from review.replay.waf_rows import WafRows

UNKNOWN_ROUTE = "route that the environment does not have"
PREFLIGHT_REQUEST = "CORS preflight (OPTIONS), not limited with its route"
LATE = "time out of order by more than the tolerance"
AHEAD = "time far ahead of the lines after it"

MOST_NAMED = 5
"""Routes that the environment does not have."""

Progress = Callable[[int, int], None]
"""Called with the number of bytes that have been read and the total."""


@dataclass(frozen=True, kw_only=True)
class Log:
    """The log to read, and options for it."""

    files: tuple[Path, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    """The log's names for its fields, if they cannot be recognized."""

    log_format: str = ""
    """The format's name; empty to recognize it."""

    tolerance_sec: float = 60.0
    plan_of_key: Mapping[str, str] | None = None
    """Usage plans by API key id, if the environment does not determine them."""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What the limits would have done."""

    layers: Layers
    key_routes: frozenset[str]
    """Routes that require an API key, even if the log has no keys."""

    waf: WafModel
    tally: Tally
    clients: Sequence[str]
    keys: Sequence[str]
    plan_of_key: tuple[Plan | None, ...]
    """By key."""

    recorded: Recorded
    resolution_sec: float
    """The coarsest of all files."""

    taken_for: tuple[str, ...]
    """The recognized format of each file."""

    problems: dict[str, int]
    """Lines that were left out, by reason."""

    unknown_routes: tuple[tuple[str, int], ...]
    """The most frequent routes that the environment does not have."""

    put_back: int
    counted: dict[str, int]
    models: Sequence[str]
    """Those that the log names, by number."""

    tokens_known: Known | None
    """None if no tokens were read."""

    refused_by_tokens: dict[str, int]
    """By limit in tokens: how many requests, those above the whole of it left out."""

    observed_by_tokens: dict[str, int]
    """By limit in tokens that only counts: how many it would have refused."""

    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def replay(layers: Layers, log: Log, waf: WafModel, progress: Progress = lambda _, __: None) -> Replayed:
    """Read the log once, block by block. Raises ReviewError if nothing in it can be used."""
    return _Replay(layers, log, waf, progress).all()


def without_keys(layers: Layers) -> Layers:
    """The same limits without usage plans, for a log without API keys."""
    return replace(layers, routes=tuple(replace(route, key_required=False) for route in layers.routes))


class _Replay:
    def __init__(self, layers: Layers, log: Log, waf: WafModel, progress: Progress) -> None:
        self._notes: list[str] = []
        self._key_routes = frozenset(route.key for route in layers.routes if route.key_required)
        token_logs = _token_logs(log) if layers.meterable else ()
        # Each field more that is read takes its time.
        wanted = layers.tokens is not None or bool(
            layers.meterable and (token_logs or set(log.columns) & {*TOKEN_FIELDS})
        )
        self._inputs = _inputs(log, {each.file for each in token_logs}, tokens=wanted)
        self._problems: Counter[str] = Counter()
        self._token_logs = token_logs
        has_keys = any(each.log.reader.has_keys for each in self._inputs)
        if self._inputs and not has_keys and any(route.key_required for route in layers.routes):
            self._notes.append("The log has no API keys, so usage plans and quotas are left out.")
            layers = without_keys(layers)
        self._known = self._known_of_tokens(has_keys=has_keys)
        layers = self._with_known_tokens(layers)
        self._layers, self._log, self._waf, self._progress = layers, log, waf, progress
        self._tokens = TokensOfRequests(token_logs, self._problems) if self._known and wanted else None
        self._metering = (
            Metering(layers, layers.tokens, self._tokens.models) if self._tokens and layers.tokens else None
        )
        self._clients, self._keys, self._routes = Numbers(), Numbers(), Routes(layers)
        self._waf_rows = WafRows(layers)
        self._met = 0
        self._plans: list[Plan | None] = []
        self._guessed = 0
        self._state: State = state(layers, waf)
        self._tally = Tally()
        self._recorded = Recorded()

    def _known_of_tokens(self, *, has_keys: bool) -> Known | None:
        """None if the log has no tokens."""
        fields = {what for each in self._inputs for what in each.log.reader.token_fields}
        if not (self._token_logs and "request" in fields) and not fields & {"input_tokens", "output_tokens"}:
            return None
        return Known(keys=has_keys, times=bool(fields & {"milliseconds", "seconds"}))

    def _with_known_tokens(self, layers: Layers) -> Layers:
        """Without the limits in tokens that the log says nothing of."""
        if layers.tokens is None:
            return layers
        if self._known is None:
            self._notes.append(
                "The log has no tokens, so limits in tokens are left out. The log of the function has them: name "
                "it too."
            )
            return replace(layers, tokens=None)
        known, out = known_by(layers.tokens, self._known)
        if out:
            self._notes.append(
                f"Limits in tokens by something that the log does not contain are left out: {'; '.join(out)}."
            )
        return replace(layers, tokens=known)

    def all(self) -> Replayed:
        with ThreadPoolExecutor(1) as ahead:
            stream = Stream(
                self._inputs,
                self._problems,
                self._numbered,
                tolerance_sec=self._log.tolerance_sec,
                heard=self._progress,
                ahead=ahead,
            )
            for requests in stream.all():
                self._decide(requests)
        self._tally.end()
        self._problems[LATE], self._problems[AHEAD] = stream.disorder.late, stream.disorder.ahead
        problems = {reason: count for reason, count in self._problems.items() if count}
        unknown = tuple((printable(name), count) for name, count in self._routes.unknown.most_common(MOST_NAMED))
        if not self._tally.requests:
            raise ReviewError(self._nothing_usable(problems, unknown))
        self._note_what_is_left_out()
        windows = self._layers.windows
        return Replayed(
            layers=self._layers,
            key_routes=self._key_routes,
            waf=self._waf,
            tally=self._tally,
            clients=self._clients.names,
            keys=self._keys.names,
            plan_of_key=tuple(self._plans),
            recorded=self._recorded,
            resolution_sec=max((each.resolution_sec for each in self._inputs), default=0.0),
            taken_for=(
                *(_taken_for(each) for each in self._inputs),
                *(f"{each.file.as_posix()}: recognized as {WORDS}" for each in self._token_logs),
                *self._without_lines(),
            ),
            problems=problems,
            unknown_routes=unknown,
            put_back=stream.disorder.put_back,
            counted={
                window.name: int(count)
                for window, count in zip(windows, self._state.counted, strict=True)
                if not window.blocks
            },
            models=self._tokens.models if self._tokens else (),
            tokens_known=self._known if self._tokens else None,
            refused_by_tokens=self._refused_by_tokens(observes=False),
            observed_by_tokens=self._refused_by_tokens(observes=True),
            notes=tuple(self._notes),
            warnings=_counted_twice(self._inputs),
        )

    def _nothing_usable(self, problems: Mapping[str, int], unknown: Sequence[tuple[str, int]]) -> str:
        found = "; ".join(f"{count:,} x {reason}" for reason, count in problems.items()) or "no line at all"
        if NO_TIME in problems:
            found += f" ({KNOWN_TIMES}){self._first_time()}"
        if unknown:
            known = ", ".join(route.key for route in self._layers.routes[:MOST_NAMED])
            found += f", most often {named(unknown)}; it has {known}"
        files = ", ".join(file.as_posix() for file in self._log.files)
        return f"{files}: nothing usable: {found}"

    def _first_time(self) -> str:
        """What stands in the place of the first time."""
        lines = ((each.log.reader, each.log.sample) for each in self._inputs)
        found = (reader.texts(b"".join(line + b"\n" for line in sample), Counter())["time"] for reader, sample in lines)
        first = next((times.drop_nulls()[0] for times in found if times.count()), None)
        return "" if first is None else f"; the first is {printable(first)}"

    def _without_lines(self) -> list[str]:
        read = {*(each.log.file for each in self._inputs), *(each.file for each in self._token_logs)}
        return [f"{file.as_posix()}: has no lines" for file in self._log.files if file not in read]

    def _refused_by_tokens(self, *, observes: bool) -> dict[str, int]:
        if self._metering is None or self._layers.tokens is None:
            return {}
        now = self._metering.meter
        counts = (now.refused * (now.observes == observes)[:, None]).reshape(-1)
        return {self._layers.tokens.words_of(int(limit)): int(counts[limit]) for limit in np.flatnonzero(counts)}

    def _note_what_is_left_out(self) -> None:
        if self._tokens and self._tokens.without:
            self._notes.append(
                f"{self._tokens.without:,} of {self._tally.requests:,} requests have no tokens in the log, and "
                "count only "
                "as requests."
            )
        if self._waf_rows.left_out:
            names = ", ".join(self._waf_rows.left_out)
            self._notes.append(
                f"WAF rules that count by something an access log does not contain are left out: {names}."
            )
        if self._guessed:
            first = self._layers.plans[0].name
            self._notes.append(
                f"{self._guessed:,} API key{'s' if self._guessed > 1 else ''} of no known plan: assigned to the first, "
                f"{first}. --key-plan KEY_ID=PLAN assigns a key to its plan."
            )

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
            usage=self._tokens.of(frame) if self._tokens else None,
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
        outcomes = np.empty(len(requests.time), dtype=np.int8)
        rows = self._waf_rows.of(self._state.windows, requests)
        self._state = with_room(self._state, self._waf_rows.count)
        run(self._state, Requests(requests.time, requests.route, requests.key, rows), outcomes)
        if self._metering is not None:
            self._metering.decide(requests, outcomes, self._plans)
        self._tally.add(requests, outcomes, clients)
        self._recorded.add(requests, outcomes)

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


def named(routes: Sequence[tuple[str, int]]) -> str:
    """`POST /v1/embeddings (38,865), GET /health (12)`."""
    return ", ".join(f"{route} ({count:,})" for route, count in routes)


def _token_logs(log: Log) -> tuple[TokenLog, ...]:
    """Those of the files that the function in front of a model has written. Raises ReviewError if there is no other."""
    found = tuple(each for each in map(token_log, log.files) if each is not None)
    if found and len(found) == len(log.files):
        files = ", ".join(file.as_posix() for file in log.files)
        raise ReviewError(f"{files}: {WORDS} has tokens, and not who sent the requests; name the access log too")
    return found


def _counted_twice(inputs: Sequence[Input]) -> tuple[str, ...]:
    """Logs of different services may contain the same requests."""
    kinds = tuple(dict.fromkeys(each.log.format.words for each in inputs))
    if len(kinds) <= 1:
        return ()
    return (
        (
            f"the files have different formats: {', '.join(kinds)}. If two of them are logs of the same requests, each "
            "request "
            "counts twice: name only one of them"
        ),
    )


def _inputs(log: Log, token_logs: set[Path], *, tokens: bool) -> tuple[Input, ...]:
    """Every file of requests with at least one line. Raises ReviewError if one has an unknown format."""
    for file, times in Counter(each.resolve() for each in log.files).items():
        if times > 1:
            raise ReviewError(f"{file.as_posix()}: named {times} times, and each request would count as often")
    files = (file for file in log.files if file not in token_logs)
    found = [recognize(file, log.columns, log.log_format, tokens=tokens) for file in files]
    return tuple(_input(each) for each in found if each is not None)


def _input(log: Recognized) -> Input:
    try:
        refuse_counted_rows(log)
    except ReviewError as error:
        raise ReviewError(f"{log.file.as_posix()}: {error}") from None
    return Input(log=log, resolution_sec=exactness.resolution(log))


def _taken_for(each: Input) -> str:
    times = exactness.words(each.resolution_sec)
    return f"{each.log.file.as_posix()}: recognized as {each.log.words}; times in {times}"
