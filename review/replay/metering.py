"""The limits in tokens of a replay: after every other layer, for the requests that those accepted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.engine.meter import Meter, admit_all, meter, with_open, with_profiles, with_rows
from review.engine.need import UNCAPPED, UNMETERED, Profile, Usage, needs, profile_of
from review.layers.layers import Layers, Plan
from review.layers.token_layer import TokenBudget, TokenLayer
from review.replay.order import Columns
from review.replay.tokens import CACHED, INPUT, MILLISECONDS, MODEL, OUTPUT, RESERVED

_IN_A_LOG = {"all", "api_key", "ip"}
_CONCURRENT = "concurrent_requests"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a log says of its requests."""

    keys: bool
    times: bool
    """How long each took."""


def known_by(layer: TokenLayer, known: Known) -> tuple[TokenLayer | None, tuple[str, ...]]:
    """The budgets that a log can say something of, and what was left out. None: nothing is left."""
    in_the_log = _IN_A_LOG if known.keys else _IN_A_LOG - {"api_key"}
    kept, out = [], []
    for budget in layer.budgets:
        if not set(budget.by) <= in_the_log:
            out.append(f"{', '.join(budget.by)} ({budget.words})")
            continue
        limits = {name: value for name, value in budget.limits.items() if known.times or name != _CONCURRENT}
        if len(limits) < len(budget.limits):
            out.append(f"how long a request takes ({_CONCURRENT} of {budget.words})")
        if limits:
            kept.append(replace(budget, limits=limits))
    return (replace(layer, budgets=tuple(kept)) if kept else None), tuple(out)


class Metering:
    """Decides blocks of requests, in order of time."""

    def __init__(self, layers: Layers, layer: TokenLayer, models: Sequence[str]) -> None:
        """`models`: by number; may grow."""
        self._layers, self._layer, self._models = layers, layer, models
        self._profiles: list[Profile] = []
        self._of_code: dict[int, int] = {}
        self._rows = [_Rows(budget) for budget in layer.budgets]
        self._count = 0
        self.meter: Meter = meter(layer, (), 0)

    def decide(
        self, requests: Columns, outcomes: NDArray[np.int8], plan_of_key: Sequence[Plan | None]
    ) -> NDArray[np.int16]:
        """Changes the outcomes of those that a limit refuses; by request the limit, or -1."""
        limits = np.full(len(outcomes), NONE, dtype=np.int16)
        usage = requests.usage
        if usage is None or not len(outcomes):
            return limits
        profile = self._profile(requests, usage, plan_of_key)
        rows = np.stack([self._numbered(each, requests) for each in self._rows])
        needed = needs(
            self._layer,
            self._profiles,
            profile,
            Usage(
                input=usage[:, INPUT],
                cached=usage[:, CACHED],
                output=usage[:, OUTPUT],
                cap=np.full(len(usage), UNCAPPED, dtype=np.int64),
                milliseconds=usage[:, MILLISECONDS],
            ),
            rows,
            usage[:, RESERVED],
        )
        now = with_profiles(self.meter, self._profiles)
        self.meter = with_open(with_rows(now, self._count), len(outcomes))
        admit_all(self.meter, needed, requests.time, outcomes, limits)
        return limits

    def _profile(
        self, requests: Columns, usage: NDArray[np.int64], plan_of_key: Sequence[Plan | None]
    ) -> NDArray[np.int32]:
        names = {plan.name: number for number, plan in enumerate(self._layers.plans)}
        of_key = np.array([NONE if plan is None else names[plan.name] for plan in plan_of_key], dtype=np.int64)
        plan = np.full(len(usage), NONE, dtype=np.int64)
        plan[requests.key != NONE] = of_key[requests.key[requests.key != NONE]]
        # Models may be more tomorrow, so their number is the highest part.
        width = len(names) + 1
        codes = ((usage[:, MODEL] + 1) * len(self._layers.routes) + requests.route) * width + plan + 1
        found, inverse = np.unique(codes, return_inverse=True)
        return np.array([self._of(code, width) for code in found.tolist()], dtype=np.int32)[inverse]

    def _of(self, code: int, width: int) -> int:
        if code not in self._of_code:
            rest, plan = divmod(code, width)
            model, route = divmod(rest, len(self._layers.routes))
            # A log that does not name the model: the first that has a price, as a simulation has it.
            named = self._models[model - 1] if model else next(iter(self._layer.prices), None)
            name = self._layers.plans[plan - 1].name if plan else None
            profile = profile_of(self._layer, self._layers.routes[route].key, named, name)
            if profile is not None and profile not in self._profiles:
                self._profiles.append(profile)
            self._of_code[code] = UNMETERED if profile is None else self._profiles.index(profile)
        return self._of_code[code]

    def _numbered(self, rows: "_Rows", requests: Columns) -> NDArray[np.int32]:
        found, self._count = rows.of(requests, self._count)
        return found


class _Rows:
    """Rows of levels of one budget, a new one for each caller that it has not met."""

    def __init__(self, budget: TokenBudget) -> None:
        self._budget = budget
        self._row_of: dict[int, int] = {}

    def of(self, requests: Columns, count: int) -> tuple[NDArray[np.int32], int]:
        """By request; and how many rows there are then."""
        codes = np.zeros(len(requests.time), dtype=np.int64)
        for part, numbers in (("api_key", requests.key), ("ip", requests.client)):
            if part in self._budget.by:
                codes = codes * 2**31 + numbers + 1
        if "api_key" in self._budget.by:
            # Who has no key shares one budget with all others without.
            codes[requests.key == NONE] = 0
        found, inverse = np.unique(codes, return_inverse=True)
        for code in found.tolist():
            if code not in self._row_of:
                self._row_of[code] = count
                count += self._budget.shards
        return np.array([self._row_of[code] for code in found.tolist()], dtype=np.int32)[inverse], count
