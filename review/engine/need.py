"""What requests are taken to need before they run, and what they turn out to use: the function's need.mjs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from review.layers.token_layer import DAY, KINDS, TOKENS, USD, MeteredRoute, TokenBudget, TokenLayer

Ints = NDArray[np.int64]

FITS, TOO_LARGE, NO_PRICE = 0, 1, 2

UNCAPPED = -1
"""A request that sets no cap of its output."""

UNMETERED = -1
"""A request of a route without a function."""

# The function takes a token for every three bytes (its estimate.mjs), and a token of English is about four.
TOKENS_ESTIMATED = (4, 3)
_NANO = 10**9
MOST_TOKENS = 10**12
"""Above every limit."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What requests ask for and use, one a row."""

    input: Ints
    """Tokens, those of the cache included."""

    cached: Ints
    """Those of them that the model reads from its cache."""

    output: Ints
    cap: Ints
    """`max_tokens` and its other names, or UNCAPPED."""

    milliseconds: Ints
    """How long the model takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What is alike in many requests: their route, the model that they name, and the plan of their key."""

    route: MeteredRoute
    model: str | None
    budgets: tuple[int, ...]
    """Indices of the layer's budgets that cover them, as the function asks them: those of one item of the table
    together, a caller's own items before those that callers share."""

    items: tuple[int, ...]
    """By budget: the number of its item."""


class Needs(NamedTuple):
    """What the function is asked for, one request a row."""

    profile: NDArray[np.int32]
    """An index into the profiles, or UNMETERED."""

    verdict: NDArray[np.int8]
    """FITS, TOO_LARGE or NO_PRICE: what even an idle caller could not send."""

    verdict_by: NDArray[np.int16]
    """The limit that says so: its budget times the number of kinds, and its kind."""

    tokens: Ints
    nano_usd: Ints
    used_tokens: Ints
    used_nano_usd: Ints
    milliseconds: Ints
    rows: NDArray[np.int32]
    """By budget and request: the caller's row of levels; of a shared budget its first."""


def parts_of(budget: TokenBudget) -> list[int]:
    """The budget's limits by kind in the units of levels, of one shard; 0 where it has none."""
    found = []
    for kind, name in enumerate(KINDS):
        limit = budget.limits.get(name)
        if limit is None:
            found.append(0)
        elif kind == USD:
            # As JavaScript rounds.
            found.append(int(np.floor(limit / budget.shards * _NANO + 0.5)))
        else:
            found.append(max(1, int(limit) // budget.shards))
    return found


def profile_of(layer: TokenLayer, route: str, model: str | None, plan: str | None) -> Profile | None:
    """None if no function is in front of the route. `model`: as the request names it; `plan`: that of its key."""
    metered = layer.routes.get(route)
    if metered is None:
        return None
    named = metered.model or model
    covering = [
        number
        for number, budget in enumerate(layer.budgets)
        if route in budget.routes and budget.plan in (None, plan) and budget.names(named)
    ]
    items: dict[object, int] = {}
    of_item = {}
    for number in sorted(covering, key=lambda number: "all" in layer.budgets[number].by):
        budget = layer.budgets[number]
        # What is told apart alike shares an item; shards are drawn for each budget.
        item = (budget.by, number) if budget.shards > 1 else budget.by
        of_item[number] = items.setdefault(item, len(items))
    budgets = tuple(sorted(of_item, key=of_item.__getitem__))
    return Profile(route=metered, model=named, budgets=budgets, items=tuple(of_item[number] for number in budgets))


def needs(
    layer: TokenLayer,
    profiles: list[Profile],
    profile: NDArray[np.int32],
    usage: Usage,
    rows: NDArray[np.int32],
    reserved: Ints | None = None,
) -> Needs:
    """`reserved`: tokens that the function has reserved as its log says, where they are not below zero."""
    count = len(profile)
    found = Needs(
        profile=profile,
        verdict=np.zeros(count, dtype=np.int8),
        verdict_by=np.zeros(count, dtype=np.int16),
        tokens=np.zeros(count, dtype=np.int64),
        nano_usd=np.zeros(count, dtype=np.int64),
        used_tokens=np.zeros(count, dtype=np.int64),
        used_nano_usd=np.zeros(count, dtype=np.int64),
        milliseconds=usage.milliseconds.copy(),
        rows=rows,
    )
    for number, each in enumerate(profiles):
        mine = np.flatnonzero(profile == number)
        if len(mine):
            _of_profile(layer, each, mine, usage, reserved, found)
    return found


def _of_profile(
    layer: TokenLayer, profile: Profile, mine: NDArray[np.intp], usage: Usage, reserved: Ints | None, found: Needs
) -> None:
    price = layer.price_of(profile.model)
    enforced = [number for number in profile.budgets if not layer.budgets[number].observes]
    of_money = [number for number in enforced if "usd_per_month" in layer.budgets[number].limits]
    # A list of models names none, and has no price.
    names_none = profile.model is None and not profile.route.reads_body
    if price is None and of_money and not names_none:
        found.verdict[mine] = NO_PRICE
        found.verdict_by[mine] = of_money[0] * len(KINDS) + USD
        return
    if not profile.route.reads_body:
        _settled_at(layer, price, mine, usage, found, profile)
        return
    times, parts = TOKENS_ESTIMATED
    estimated = -(-usage.input[mine] * times // parts)
    known = np.zeros(len(mine), dtype=np.bool_) if reserved is None else reserved[mine] >= 0
    estimated[known] = usage.input[mine][known]
    parts_by_budget = {number: parts_of(layer.budgets[number]) for number in enforced}
    most = [(number, kind, parts[kind]) for number, parts in parts_by_budget.items() for kind in (TOKENS, DAY, USD)]
    ceilings = [each for each in most if each[2]]

    def unfit(output: Ints) -> NDArray[np.int64]:
        """The first limit that would never let it pass, or -1."""
        tokens, nano_usd = weighed(layer.weights, estimated, output), _nano_usd(price, estimated, output)
        by = np.full(len(output), -1, dtype=np.int64)
        for number, kind, limit in reversed(ceilings):
            by[(nano_usd if kind == USD else tokens) > limit] = number * len(KINDS) + kind
        return by

    cap = usage.cap[mine] if profile.route.generates else np.zeros(len(mine), dtype=np.int64)
    output = np.where(cap == UNCAPPED, 0, cap)
    refused = unfit(output)
    # Without a cap: the settings' default, or as much as an idle caller may.
    free = (cap == UNCAPPED) & (refused == -1)
    fits, too_many = np.zeros(len(mine), dtype=np.int64), np.full(len(mine), layer.default_max_tokens + 1)
    while (too_many - fits > 1).any():
        middle = (fits + too_many) // 2
        is_unfit = unfit(middle) >= 0
        too_many, fits = np.where(is_unfit, middle, too_many), np.where(is_unfit, fits, middle)
    output = np.where(free, fits, output)
    found.verdict[mine] = np.where(refused >= 0, TOO_LARGE, FITS)
    found.verdict_by[mine] = np.maximum(refused, 0)
    found.tokens[mine] = weighed(layer.weights, estimated, output)
    found.nano_usd[mine] = _nano_usd(price, estimated, output)
    if reserved is not None:
        # Without its cap nobody knows whether it would be above a smaller limit: it is taken to set none.
        tightest = min((limit for _, kind, limit in ceilings if kind != USD), default=MOST_TOKENS)
        found.tokens[mine] = np.where(known, np.minimum(reserved[mine], tightest), found.tokens[mine])
    _settled_at(layer, price, mine, usage, found, profile)


def _settled_at(
    layer: TokenLayer,
    price: Mapping[str, float] | None,
    mine: NDArray[np.intp],
    usage: Usage,
    found: Needs,
    profile: Profile,
) -> None:
    """What is used; of a model that is late nobody knows it, and the reservation stays."""
    late = usage.milliseconds[mine] >= profile.route.timeout_ms
    fresh, cached, output = usage.input[mine] - usage.cached[mine], usage.cached[mine], usage.output[mine]
    if not profile.route.reads_body:
        fresh = cached = output = np.zeros(len(mine), dtype=np.int64)
    elif not profile.route.generates:
        output = np.zeros(len(mine), dtype=np.int64)
    tokens = weighed(layer.weights, fresh, output, cached)
    nano_usd = _nano_usd(price, fresh, output, cached)
    found.used_tokens[mine] = np.where(late, found.tokens[mine], tokens)
    found.used_nano_usd[mine] = np.where(late, found.nano_usd[mine], nano_usd)
    found.milliseconds[mine] = np.minimum(usage.milliseconds[mine], profile.route.timeout_ms)


def weighed(weights: Mapping[str, float], fresh: Ints, output: Ints, cached: Ints | None = None) -> Ints:
    """Tokens as the limits count them."""
    return _rounded_up(_sum(weights, 1000, fresh, output, cached))


def _nano_usd(price: Mapping[str, float] | None, fresh: Ints, output: Ints, cached: Ints | None = None) -> Ints:
    """A dollar per million tokens is a thousand billionths per token."""
    if price is None:
        return np.zeros(len(fresh), dtype=np.int64)
    return _rounded_up(_sum(price, 1_000_000, fresh, output, cached))


def _sum(each: Mapping[str, float], unit: int, fresh: Ints, output: Ints, cached: Ints | None) -> Ints:
    of = {kind: round(value * unit) for kind, value in each.items()}
    total = of["input"] * fresh + of["output"] * output
    return total if cached is None else total + of["cached_input"] * cached


def _rounded_up(thousandths: Ints) -> Ints:
    return np.asarray(-(-thousandths // 1000), dtype=np.int64)
