"""Suggests limits: for each layer, those that would let 90%, 99%, 99.9% and all of the callers through.

Each candidate is replayed on the same requests, so that the number of refused requests is counted, not estimated.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from review.engine.outcome import Outcome
from review.engine.token_bucket import TOKEN
from review.layers.layers import Layers, Plan, RateWindow
from review.layers.token_layer import TokenBudget
from review.numbers import plain
from review.replay import peaks
from review.replay.apart import Apart, set_apart
from review.replay.peaks import MOST_A_SECOND, RATES, Peaks
from review.replay.places import Places
from review.replay.printable import printable
from review.replay.recorded import Block
from review.replay.replay import Replayed
from review.replay.rerun import OfRoutes, Who, nothing, of_routes, refused_by_route, rerun
from review.replay.resolution import FINE
from review.replay.token_minutes import token_needs
from settings.throttling import BLOCKED, Throttle
from settings.token_limits.covering import PLAN
from settings.waf.rate_rule import LOWEST_LIMIT

PERCENTILES = (90.0, 99.0, 99.9, 100.0)
_LOWEST_SUGGESTED = 99.0
MOST_REFUSED = 0.01
"""The most that a suggested limit refuses, as a share of the requests of all callers that are not set apart."""

OF_TOKENS = "token limit"
TOKENS_PER_MINUTE = "tokens_per_minute"

_LONGEST_ID = 16
_SHOWN_OF_A_KEY = 4
_BLOCKED = Throttle(rate_limit=BLOCKED.rate_limit, burst_limit=BLOCKED.burst_limit)
_USUAL_WINDOW = 300
_MOST_NAMED = 3
_COARSE_SEC = 1.0

Values = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One limit, and how much it would have refused of callers that are not set apart."""

    percentiles: tuple[float, ...]
    """The percentage of callers (or of a route's busy seconds) within it; 100 is the busiest."""

    setting: dict[str, float]
    """In the notation of the environment file."""

    callers_refused: int
    requests_refused: int
    who: tuple[tuple[str, int], ...]
    """The callers with the most refused requests, and how many."""

    is_lowest: bool = False
    """AWS accepts no lower limit."""

    is_granted: bool = False
    """Not measured: what a usage plan grants each key. A lower limit would refuse what the plan promises."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The candidates for one limit."""

    layer: str
    """`WAF`, `usage plan`, `token limit` of a plan, or `method`."""

    name: str
    """The name of the rule or plan, or the route."""

    measured: str
    """What was measured."""

    callers: int
    requests: int
    candidates: tuple[Candidate, ...]
    suggested: int
    """The suggestion, as an index into the candidates."""

    @property
    def chosen(self) -> Candidate:
        """The suggested candidate."""
        return self.candidates[self.suggested]


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestions:
    """All choices, and the callers that were set apart."""

    apart: tuple[Apart, ...]
    choices: tuple[Choice, ...]
    withheld: tuple[str, ...]
    """What is not suggested, and why."""

    window_sec: int
    peaks: Peaks


def suggestions(replayed: Replayed, *, abusers: Sequence[str] = (), customers: Sequence[str] = ()) -> Suggestions:
    """Suggest limits from the busiest callers and seconds. Raises ReviewError for a caller that the log lacks."""
    return _Suggesting(replayed, abusers, customers).all()


def percentile(values: Values, percent: float) -> int:
    """The smallest value that at least that percentage of values does not exceed."""
    ordered = np.sort(values)
    return int(ordered[_place(len(ordered), percent)])


def _place(count: int, percent: float) -> int:
    # 99.9 has no exact binary form: without rounding, a thousand values would need one more.
    return math.ceil(round(count * percent / 100, 6)) - 1


def ip_rule(layers: Layers) -> RateWindow | None:
    """The rule that counts by address only: the one for every route, or the first. A tier that only counts is left
    out.
    """
    names = {window.name for window in layers.windows}
    found = [
        window
        for window in layers.windows
        if window.key == ("ip",) and window.name.removesuffix("-count") not in names - {window.name}
    ]
    return next((window for window in found if window.routes is None), found[0] if found else None)


class _Suggesting:
    def __init__(self, replayed: Replayed, abusers: Sequence[str], customers: Sequence[str]) -> None:
        self._replayed = replayed
        self._layers = replayed.layers
        self._rule = ip_rule(self._layers) or RateWindow(name="per-ip", limit=LOWEST_LIMIT, window_sec=_USUAL_WINDOW)
        counted = np.array([self._rule.covers(route.key) for route in self._layers.routes])
        self._counts: NDArray[np.bool_] = counted
        self._peaks = peaks.peaks(self._rule.window_sec, replayed.waf.interval_sec, len(self._layers.routes))
        self._peaks = peaks.with_room(self._peaks, len(replayed.clients), len(replayed.keys))
        self._see_clients()
        self._peak = self._peaks.peak[: len(replayed.clients)]
        self._apart = set_apart(replayed, self._peak, abusers, customers)
        self._others = np.ones(len(replayed.clients), dtype=np.bool_)
        self._others[[each.client for each in self._apart]] = False
        for block in replayed.recorded.blocks():
            asked = block.requests.at(self._gets_to_a_method(block))
            peaks.see_keys_and_routes(self._peaks, asked.time, asked.route, asked.key)
        self._withheld: list[str] = []

    def _see_clients(self) -> None:
        """Every client's busiest window, of the requests that the rule counts."""
        places = Places()
        for block in self._replayed.recorded.blocks():
            of_rule = block.requests.at(self._counts[block.requests.route])
            if not len(of_rule.time):
                continue
            slot = int(of_rule.time[0]) // self._peaks.slot
            place = places.of(of_rule.client, partial(self._idle, slot))
            self._peaks = peaks.with_room(self._peaks, len(self._replayed.clients), 0, places.count)
            peaks.see_clients(self._peaks, of_rule.time, of_rule.client, place)

    def _idle(self, slot: int, count: int) -> NDArray[np.bool_]:
        """Places whose window has ended."""
        return np.asarray(self._peaks.touched[:count] + self._peaks.counts.shape[1] <= slot)

    def all(self) -> Suggestions:
        plans = self._plans()
        choices = [*self._waf(plans), *plans, *self._tokens(), *self._methods(plans)]
        return Suggestions(
            apart=self._apart,
            choices=tuple(choices),
            withheld=tuple(self._withheld),
            window_sec=self._rule.window_sec,
            peaks=self._peaks,
        )

    def _gets_to_a_plan(self, block: Block) -> NDArray[np.bool_]:
        """Measured on the callers that are not set apart. Requests that WAF stops do not reach the next layers."""
        return np.asarray(self._others[block.requests.client] & (block.outcomes != Outcome.WAF))

    def _gets_to_a_method(self, block: Block) -> NDArray[np.bool_]:
        before = (Outcome.WAF, Outcome.NO_KEY, Outcome.PLAN, Outcome.QUOTA)
        return np.asarray(self._others[block.requests.client] & ~np.isin(block.outcomes, before))

    def _granted(self, route: str, plans: Sequence[Choice]) -> Throttle | None:
        """What usage plans grant each key on the route: the suggested limits, or those of a plan that has none."""
        if route not in self._replayed.key_routes:
            return None
        suggested = {choice.name: _bucket(choice.chosen.setting) for choice in plans}
        found = [
            bucket
            for plan in self._layers.plans
            if (bucket := plan.bucket_of(route) or suggested.get(plan.name) or plan.bucket) is not None
        ]
        if not found:
            return None
        return Throttle(
            rate_limit=max(each.rate_limit for each in found), burst_limit=max(each.burst_limit for each in found)
        )

    def _waf(self, plans: Sequence[Choice]) -> list[Choice]:
        """A limit that the estimate does not exceed, whatever the weight of recent requests, and that lets one address
        have what a usage plan grants a key: settings/checks/waf.py warns of less.
        """
        if self._replayed.resolution_sec > self._rule.window_sec:
            self._withheld.append(f"WAF: the log's times are coarser than its window of {self._rule.window_sec} s.")
            return []
        weight = 1 + self._replayed.waf.recency
        seen = self._peak[self._others & (self._peak > 0)]
        if not len(seen):
            return []
        limits = [max(LOWEST_LIMIT, math.ceil(percentile(seen, each) * weight)) for each in PERCENTILES]

        def refused(setting: dict[str, float]) -> Who:
            window = replace(self._rule, limit=int(setting["limit"]), blocks=True)
            layers = replace(nothing(self._layers), windows=(window,))
            # A client whose busiest window is within the limit is never refused, and changes nothing for the others.
            above = self._peak * weight > window.limit
            by_client = rerun(
                self._replayed,
                layers,
                (None,) * len(self._replayed.keys),
                lambda block: np.asarray(above[block.requests.client]),
            ).by_client
            return _sparse(by_client[:, Outcome.WAF] * self._others)

        settings: list[dict[str, float]] = [
            {"limit": limit, "evaluation_window_sec": self._rule.window_sec} for limit in limits
        ]
        candidates = _candidates(
            settings, lambda number: refused(settings[number]), self._replayed.clients, LOWEST_LIMIT
        )
        requests = int(self._replayed.tally.by_client[: len(self._others)][self._others].sum())
        choice = _choice(
            "WAF",
            self._rule.name,
            f"busiest {self._rule.window_sec} s of each address",
            len(seen),
            requests,
            candidates,
        )
        routes = (route.key for route in self._layers.routes if self._rule.covers(route.key))
        granted = (each for each in (self._granted(route, plans) for route in routes) if each is not None)
        window = self._rule.window_sec
        least = max((math.ceil(each.rate_limit * window + each.burst_limit) for each in granted), default=0)
        if least <= choice.chosen.setting["limit"]:
            return [choice]
        setting = {"limit": float(least), "evaluation_window_sec": float(window)}
        return [_with_granted(choice, setting, refused(setting), self._replayed.clients)]

    def _plans(self) -> list[Choice]:
        """A burst for two seconds, since a key's requests may come at the end of one second and the start of the
        next.
        """
        account = self._layers.account
        settings: dict[str, list[dict[str, float]]] = {}
        sent = self._requests_of_keys()
        held = {
            plan.name: np.array([each == plan for each in self._replayed.plan_of_key], dtype=np.bool_)
            for plan in self._layers.plans
        }
        for name, mine in held.items():
            seen = self._peaks.key_peak[: len(mine)][mine & (self._peaks.key_peak[: len(mine)] > 0)]
            if not len(seen):
                if any(route.key_required for route in self._layers.routes):
                    self._withheld.append(f"usage plan {name}: the log has no request with a key of it.")
            elif not self._is_coarse(f"usage plan {name}"):
                busiest = [percentile(seen, each) for each in PERCENTILES]
                settings[name] = [
                    {
                        "rate_limit": min(float(peak), account.rate_limit),
                        "burst_limit": min(2 * peak, account.burst_limit),
                    }
                    for peak in busiest
                ]

        @cache
        def refused(number: int) -> Values:
            """All plans at once, since a key belongs to one of them."""
            tried = {
                plan.name: Plan(
                    name=plan.name, bucket=_bucket(settings[plan.name][number]) if plan.name in settings else None
                )
                for plan in self._layers.plans
            }
            of_keys = [None if each is None else tried[each.name] for each in self._replayed.plan_of_key]
            routes = tuple(replace(route, bucket=None, own=False) for route in self._layers.routes)
            layers = replace(nothing(self._layers), routes=routes, plans=tuple(tried.values()))
            found = rerun(self._replayed, layers, of_keys, self._gets_to_a_plan).by_key[:, Outcome.PLAN]
            return found.astype(np.int64)

        def of_plan(mine: NDArray[np.bool_], number: int) -> Who:
            return _sparse(refused(number) * mine)

        names = [_shortened(each) for each in self._replayed.keys]
        return [
            _choice(
                "usage plan",
                name,
                "busiest second of each API key",
                int((sent[held[name]] > 0).sum()),
                int(sent[held[name]].sum()),
                _candidates(tried, partial(of_plan, held[name]), names),
            )
            for name, tried in settings.items()
        ]

    def _tokens(self) -> list[Choice]:
        """What the busiest minute of a key uses, and one of its requests reserves at least."""
        known, layer = self._replayed.tokens_known, self._layers.meterable
        routes = frozenset(route.key for route in self._layers.routes if route.key_required)
        if known is None or not known.keys or layer is None or not routes & set(layer.routes):
            return []
        blocks = (block.requests.at(self._gets_to_a_plan(block)) for block in self._replayed.recorded.blocks())
        needed = token_needs(blocks, layer, len(self._replayed.keys))
        held = {
            plan.name: np.array([each == plan for each in self._replayed.plan_of_key], dtype=np.bool_)
            for plan in self._layers.plans
        }
        seen = {name: needed[mine & (needed > 0)] for name, mine in held.items()}
        settings: dict[str, list[dict[str, float]]] = {
            name: [{TOKENS_PER_MINUTE: percentile(values, each)} for each in PERCENTILES]
            for name, values in seen.items()
            if len(values)
        }

        @cache
        def refused(number: int) -> Values:
            """All plans at once, since a key is in one of them."""
            budgets = tuple(
                TokenBudget(name=PLAN, by=("api_key",), limits=tried[number], routes=routes, plan=name)
                for name, tried in settings.items()
            )
            layers = replace(nothing(self._layers), plans=self._layers.plans, tokens=replace(layer, budgets=budgets))
            found = rerun(self._replayed, layers, self._replayed.plan_of_key, self._gets_to_a_plan).by_key
            return np.asarray(found[:, [Outcome.TOKEN_LIMIT, Outcome.ABOVE_LIMIT]].sum(axis=1, dtype=np.int64))

        def of_plan(mine: NDArray[np.bool_], number: int) -> Who:
            return _sparse(refused(number) * mine)

        sent = self._requests_of_keys()
        names = [_shortened(each) for each in self._replayed.keys]
        return [
            _choice(
                OF_TOKENS,
                name,
                f"busiest minute of each API key, in tokens (half of the keys: at most {percentile(seen[name], 50):,})",
                len(seen[name]),
                int(sent[held[name]].sum()),
                _candidates(tried, partial(of_plan, held[name]), names),
            )
            for name, tried in settings.items()
        ]

    def _requests_of_keys(self) -> Values:
        """By key: the requests that reach a plan."""
        total = np.zeros(len(self._replayed.keys), dtype=np.int64)
        for block in self._replayed.recorded.blocks():
            key = block.requests.key[self._gets_to_a_plan(block)]
            numbers, counts = np.unique(key[key >= 0], return_counts=True)
            total[numbers] += counts
        return total

    def _methods(self, plans: Sequence[Choice]) -> list[Choice]:
        """A rate for the busy seconds, and the burst that would have refused nothing at that rate. All callers share
        both, so they are above what a usage plan grants one key: settings/checks/usage_plans.py warns of less.
        """
        settings: dict[int, list[dict[str, float]]] = {}
        totals: dict[int, int] = {}
        for index, route in enumerate(self._layers.routes):
            seconds = self._busy_seconds(index)
            totals[index] = int(seconds.sum())
            if not totals[index]:
                continue
            if route.bucket == _BLOCKED:
                self._withheld.append(f"method {route.key}: the environment file blocks it.")
            elif not self._is_coarse(f"method {route.key}"):
                ordered = np.cumsum(seconds)
                busiest = [int(np.searchsorted(ordered, _place(totals[index], each) + 1)) for each in PERCENTILES]
                settings[index] = [self._of_method(index, busy, busiest[-1]) for busy in busiest]

        def refused_with(tried: Mapping[int, dict[str, float]]) -> OfRoutes:
            """All routes at once, since each has its own bucket."""
            free = nothing(self._layers)
            routes = tuple(
                replace(route, bucket=_bucket(tried[index]), own=True) if index in tried else route
                for index, route in enumerate(free.routes)
            )
            return refused_by_route(self._replayed, replace(free, routes=routes), self._gets_to_a_method)

        @cache
        def refused(number: int) -> OfRoutes:
            return refused_with({index: tried[number] for index, tried in settings.items()})

        def of_route(index: int, number: int) -> Who:
            return refused(number).of(index)

        blocks = self._replayed.recorded.blocks()
        sent = of_routes(self._replayed, (block.requests.at(self._gets_to_a_method(block)) for block in blocks))
        choices = {
            index: _choice(
                "method",
                self._layers.routes[index].key,
                f"busiest of {totals[index]:,} seconds of all callers together",
                len(sent.of(index)[0]),
                int(sent.of(index)[1].sum()),
                _candidates(tried, partial(of_route, index), self._replayed.clients),
            )
            for index, tried in settings.items()
        }
        least = {index: self._with_room(choice, plans) for index, choice in choices.items()}
        raised = {index: setting for index, setting in least.items() if setting != choices[index].chosen.setting}
        if raised:
            found = refused_with(raised)
            choices |= {
                index: _with_granted(choices[index], setting, found.of(index), self._replayed.clients)
                for index, setting in raised.items()
            }
        return list(choices.values())

    def _with_room(self, choice: Choice, plans: Sequence[Choice]) -> dict[str, float]:
        """The suggested setting of a route, with room for more than one key that uses all that its plan grants. One
        address within WAF's limit then does not use up the route.
        """
        granted = self._granted(choice.name, plans)
        setting = choice.chosen.setting
        if granted is None:
            return setting
        of_one = granted.rate_limit + granted.burst_limit / self._rule.window_sec
        rate = setting["rate_limit"]
        if rate <= of_one:
            rate = next((each for each in RATES if each > of_one), RATES[-1])
        account = self._layers.account
        return {
            "rate_limit": min(rate, account.rate_limit),
            "burst_limit": min(max(setting["burst_limit"], granted.burst_limit), account.burst_limit),
        }

    def _busy_seconds(self, index: int) -> Values:
        seconds: Values = self._peaks.route_seconds[index].copy()
        last = min(int(self._peaks.route_count[index]), MOST_A_SECOND)
        if last:
            seconds[last] += 1
        return seconds

    def _of_method(self, index: int, busy: int, busiest: int) -> dict[str, float]:
        account = self._layers.account
        rate = next((number for number, each in enumerate(RATES) if each >= busy), len(RATES) - 1)
        burst = math.ceil(int(self._peaks.burst[index, rate]) / TOKEN)
        if self._replayed.resolution_sec >= FINE:
            # The log does not show how a second's requests were distributed. They may have come all at once.
            burst = max(burst, busiest)
        return {
            "rate_limit": min(RATES[rate], account.rate_limit),
            "burst_limit": min(burst, account.burst_limit),
        }

    def _is_coarse(self, what: str) -> bool:
        if self._replayed.resolution_sec <= _COARSE_SEC:
            return False
        self._withheld.append(
            f"{what}: a rate and a burst need times of a second or finer; this log's are in steps of "
            f"{plain(self._replayed.resolution_sec)} s."
        )
        return True


def _with_granted(choice: Choice, setting: dict[str, float], refused: Who, names: Sequence[str]) -> Choice:
    """With one more candidate, which is suggested: what usage plans grant each key."""
    (more,) = _candidates([setting], lambda _: refused, names)
    more = replace(more, percentiles=(), is_granted=True)
    return replace(choice, candidates=(*choice.candidates, more), suggested=len(choice.candidates))


def _sparse(counts: NDArray[np.generic]) -> Who:
    """Those with at least one."""
    who = np.flatnonzero(counts)
    return who, counts[who].astype(np.int64)


def _candidates(
    settings: Sequence[dict[str, float]],
    refused: Callable[[int], Who],
    names: Sequence[str],
    lowest: int | None = None,
) -> tuple[Candidate, ...]:
    """One candidate for each distinct setting; `refused` is called with the position of one."""
    places: dict[tuple[float, ...], list[int]] = {}
    for place, setting in enumerate(settings):
        places.setdefault(tuple(setting.values()), []).append(place)
    found = []
    for of in places.values():
        setting = settings[of[0]]
        who, counts = refused(of[0])
        worst = np.argsort(-counts, kind="stable")[:_MOST_NAMED].tolist()
        found.append(
            Candidate(
                percentiles=tuple(PERCENTILES[place] for place in of),
                setting=setting,
                callers_refused=len(who),
                requests_refused=int(counts.sum()),
                who=tuple((printable(names[int(who[each])]), int(counts[each])) for each in worst),
                is_lowest=lowest is not None and setting.get("limit") == lowest,
            )
        )
    return tuple(found)


def _choice(
    layer: str, name: str, measured: str, callers: int, requests: int, candidates: tuple[Candidate, ...]
) -> Choice:
    """Suggest the tightest that leaves 99% of the callers and 99% of the requests alone, or else the loosest."""
    fitting = (
        index
        for index, each in enumerate(candidates)
        if each.percentiles[-1] >= _LOWEST_SUGGESTED and each.requests_refused <= MOST_REFUSED * requests
    )
    return Choice(
        layer=layer,
        name=name,
        measured=measured,
        callers=callers,
        requests=requests,
        candidates=candidates,
        suggested=next(fitting, len(candidates) - 1),
    )


def _shortened(key: str) -> str:
    """An API Gateway id is shown unchanged. Longer text may be the key itself and is not shown in full."""
    return key if len(key) <= _LONGEST_ID else f"{key[:_SHOWN_OF_A_KEY]}..."


def _bucket(setting: dict[str, float]) -> Throttle:
    return Throttle(rate_limit=setting["rate_limit"], burst_limit=int(setting["burst_limit"]))


def percentile_words(percentiles: Sequence[float]) -> str:
    """`p90, p99`, `busiest`."""
    return ", ".join("busiest" if each == 100 else f"p{each:g}" for each in percentiles)  # noqa: PLR2004
