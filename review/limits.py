"""For every route, what each layer lets through, and which one stops whom first."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from review import token_limits
from review.layers import Bucket, Layers, Plan, Quota, RateWindow, RouteLimits
from review.numbers import duration, plain
from review.table import Report, Table
from review.token_limits import TokenBudget
from settings.throttling import BLOCKED

_MINUTE = 60
_PERIOD_SEC = {"DAY": 86_400, "WEEK": 7 * 86_400, "MONTH": 30 * 86_400}

# What makes requests of one address, or of one API key, one client. A method and a path are the route's, the same for
# all its callers; a header that a caller may change at will makes it another client each time.
_OF_ADDRESS = frozenset({"ip", "forwarded_ip", "asn", "method", "path"})
_OF_ROUTE = frozenset({"method", "path"})

# What of these AWS says: docs/limits.md.
STAGE = (
    "AWS applies a stage's throttle at the method level: assumed to be a bucket of that size for every route without "
    "its own, shared by all its callers. All routes together share the account's only."
)
BEST_EFFORT = "Throttles and quotas are best effort: targets, not ceilings."
PLAN = (
    "Each API key is counted alone. Whether a plan's throttle is one bucket for a key, or one for each of its routes, "
    "AWS does not document; one, which is stricter, is assumed."
)
WINDOW = "A WAF rate rule is an estimate: AWS looks back over the window and reacts late, usually within 30 seconds."


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """One layer of one route."""

    route: str
    layer: str
    """`WAF`, `usage plan`, `quota`, `method`, `stage`, `account`."""

    name: str
    """The WAF rule's or the plan's."""

    per_second: float | None
    """None: the layer lets everything through. A quota's and a WAF rule's: spread evenly over the period."""

    at_once: float | None
    """How many requests pass before the first is refused, where nobody has asked before. None: all of them; a WAF rule
    looks too late for that."""

    period_sec: int | None = None
    """Of a quota (a month is 30 days here) or a WAF rule's window."""

    in_period: int | None = None
    """How many such a limit lets through in that time."""

    shared_by: str
    shared: bool
    """By all callers; False where each client has its own."""

    key: tuple[str, ...] = ()
    """What a WAF rule counts by."""

    blocks: bool = True
    """False for a WAF rule that only counts."""

    @property
    def blocked(self) -> bool:
        """Whether the layer is what `blocked` becomes."""
        return (self.per_second, self.at_once) == (BLOCKED.rate_limit, BLOCKED.burst_limit)

    @property
    def per_minute(self) -> float | None:
        """The same by the minute."""
        return None if self.per_second is None else self.per_second * _MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class First:
    """What stops somebody first: who sends ever faster, and who sends everything at once. None: nothing does."""

    steady: Limit | None
    burst: Limit | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstOfKey(First):
    """The same for one API key of a plan."""

    plan: str
    quota: Limit | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bites:
    """What stops whom first on a route."""

    route: str
    one_address: First
    """Whoever has one IP address, whatever keys."""

    one_key: tuple[FirstOfKey, ...]
    """One for each usage plan; a key is in one of them. Empty where the route asks for no key."""

    everyone: First
    """All callers together, from any number of addresses and keys."""


def limits(layers: Layers) -> tuple[Limit, ...]:
    """In AWS's order of evaluation, route by route."""
    return tuple(limit for route in layers.routes for limit in _of_route(layers, route))


def _of_route(layers: Layers, route: RouteLimits) -> list[Limit]:
    found = [_of_window(route, window) for window in layers.windows if window.covers(route.key)]
    if route.key_required:
        for plan in layers.plans:
            found += _of_plan(route, plan)
    found.append(_of_bucket(route, "method" if route.own else "stage", "", route.bucket))
    found.append(_of_bucket(route, "account", "", layers.account))
    return found


def _of_window(route: RouteLimits, window: RateWindow) -> Limit:
    return Limit(
        route=route.key,
        layer="WAF",
        name=window.name,
        per_second=window.per_second,
        at_once=None,
        period_sec=window.window_sec,
        in_period=window.limit,
        shared_by=_counted_by(window),
        shared=not window.key,
        key=window.key,
        blocks=window.blocks,
    )


def _counted_by(window: RateWindow) -> str:
    words = {"ip": "IP", "forwarded_ip": "forwarded IP", "asn": "network (ASN)"}
    if not window.key:
        return "all callers"
    parts = (words.get(part, part.replace(":", " ").replace("_", " ")) for part in window.key)
    return f"each {' and '.join(parts)}"


def _of_plan(route: RouteLimits, plan: Plan) -> list[Limit]:
    found = []
    own = plan.bucket_of(route.key)
    if own is not None:
        found.append(_of_bucket(route, "usage plan", f"{plan.name} on this route", own))
    if plan.bucket is not None:
        found.append(_of_bucket(route, "usage plan", plan.name, plan.bucket))
    if plan.quota is not None:
        found.append(_of_quota(route, plan.name, plan.quota))
    return found


def _of_quota(route: RouteLimits, name: str, quota: Quota) -> Limit:
    period = _PERIOD_SEC[quota.period]
    return Limit(
        route=route.key,
        layer="quota",
        name=name,
        per_second=quota.limit / period,
        at_once=quota.limit,
        period_sec=period,
        in_period=quota.limit,
        shared_by="each key",
        shared=False,
    )


def _of_bucket(route: RouteLimits, layer: str, name: str, bucket: Bucket | None) -> Limit:
    whose = {"usage plan": "each key", "account": "every API of the account and Region"}
    return Limit(
        route=route.key,
        layer=layer,
        name=name,
        per_second=None if bucket is None else bucket.rate_limit,
        at_once=None if bucket is None else bucket.burst_limit,
        shared_by=whose.get(layer, "all callers"),
        shared=layer != "usage plan",
    )


def bites(layers: Layers) -> tuple[Bites, ...]:
    """Who is stopped first by what, route by route. What only counts stops nobody."""
    return tuple(_bites(layers, route) for route in layers.routes)


def _bites(layers: Layers, route: RouteLimits) -> Bites:
    stopping = [limit for limit in _of_route(layers, route) if limit.blocks and limit.per_second is not None]
    windows = [limit for limit in stopping if limit.layer == "WAF"]
    shared = [limit for limit in stopping if limit.shared]
    of_address = [limit for limit in windows if limit.key and set(limit.key) <= _OF_ADDRESS]
    keys = _OF_ROUTE | {f"header:{name}" for name in layers.key_headers}
    of_key = [limit for limit in windows if limit.key and set(limit.key) <= keys]
    plans = layers.plans if route.key_required else ()
    return Bites(
        route=route.key,
        one_address=_first([*of_address, *shared]),
        one_key=tuple(_first_of_key(route, plan, [*of_key, *shared]) for plan in plans),
        everyone=_first(shared),
    )


def _first(candidates: Iterable[Limit]) -> First:
    """AWS's order decides between two that are alike."""
    ordered = list(candidates)
    at_once = [(limit.at_once, limit) for limit in ordered if limit.at_once is not None]
    return First(
        steady=min(ordered, key=lambda limit: limit.per_second or 0, default=None),
        burst=min(at_once, key=lambda each: each[0], default=(0, None))[1],
    )


def _first_of_key(route: RouteLimits, plan: Plan, others: list[Limit]) -> FirstOfKey:
    own = _of_plan(route, plan)
    quotas = [limit for limit in own if limit.layer == "quota"]
    first = _first([*(limit for limit in own if limit.layer != "quota"), *others])
    return FirstOfKey(plan=plan.name, steady=first.steady, burst=first.burst, quota=quotas[0] if quotas else None)


def report(
    layers: Layers, warnings: tuple[str, ...], *, details: bool = False, budgets: tuple[TokenBudget, ...] = ()
) -> Report:
    """All of it, to print; `details` spells out every layer of every route, `budgets` are those in tokens."""
    first = bites(layers)
    tables = [_by_route(layers), _by_caller(first)]
    if budgets:
        tables.append(token_limits.table(budgets))
    if details:
        tables += [_details(layers, route) for route in layers.routes]
    notes = (*layers.left_out, *_notes(layers), *([token_limits.COUNTED] if budgets else []))
    return Report(
        title=f"Limits of {layers.name}",
        tables=tuple(tables),
        notes=notes,
        warnings=warnings,
        data={
            "environment": layers.name,
            "limits": [_data(limit) for limit in limits(layers)],
            "first_to_bite": [_bites_data(each) for each in first],
            **({"token_limits": token_limits.data(budgets)} if budgets else {}),
            "warnings": list(warnings),
            "notes": list(notes),
        },
    )


def _notes(layers: Layers) -> list[str]:
    said = [BEST_EFFORT]
    if any(not route.own for route in layers.routes):
        said.append(STAGE)
    if layers.plans:
        said.append(PLAN)
    if layers.windows:
        said.append(WINDOW)
    return said


def words(limit: Limit) -> str:
    """In one line: `20/s, 40 at once`, `600 in 300 s, each IP`, `900 a day`."""
    if limit.per_second is None:
        return "no limit"
    match limit.layer:
        case "quota":
            return _quota_words(limit)
        case "WAF":
            return _window_words(limit)
        case _ if limit.blocked:
            return "blocked"
        case _:
            return f"{plain(limit.per_second)}/s, {_at_once(limit)}"


def _by_route(layers: Layers) -> Table:
    """One column a layer, but none for a layer that there is not."""
    columns = ["route"]
    if layers.windows:
        columns.append("1 WAF")
    if layers.plans:
        columns.append("2 usage plan, for each key")
    columns.append("3 method or stage, shared")
    account = _of_bucket(layers.routes[0], "account", "", layers.account)
    return Table(
        title="What each layer lets through, in AWS's order",
        columns=tuple(columns),
        rows=_together(_layer_cells(layers, route) for route in layers.routes),
        caption=f"4 account: {_rates(account)}, {_at_once(account)}; shared by {account.shared_by}.",
    )


def _together(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Routes whose cells are alike share a row, where the first of them stands."""
    routes: dict[tuple[str, ...], list[str]] = {}
    for route, *cells in rows:
        routes.setdefault(tuple(cells), []).append(route)
    return tuple(("\n".join(alike), *cells) for cells, alike in routes.items())


def _layer_cells(layers: Layers, route: RouteLimits) -> tuple[str, ...]:
    found = _of_route(layers, route)
    cells = [route.key]
    if layers.windows:
        cells.append(_joined(_window_cell(limit) for limit in found if limit.layer == "WAF"))
    if layers.plans:
        plans = (_plan_cell(route, plan) for plan in layers.plans)
        cells.append(_joined(plans) if route.key_required else "asks for no key")
    last = next(limit for limit in found if limit.layer in {"method", "stage"})
    cells.append(_bucket_words(last, last.layer))
    return tuple(cells)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) or "-"


def _window_cell(limit: Limit) -> str:
    return f"{limit.name}: {_rates(limit)}\n({_window_words(limit)})"


def _window_words(limit: Limit) -> str:
    counts = "" if limit.blocks else ", counts only"
    return f"{limit.in_period:,} in {limit.period_sec} s, {limit.shared_by}{counts}"


def _plan_cell(route: RouteLimits, plan: Plan) -> str:
    own = _of_plan(route, plan)
    if not own:
        return f"{plan.name}: unknown"
    lines = []
    buckets = [limit for limit in own if limit.layer == "usage plan"]
    if any(limit.blocked for limit in buckets):
        return f"{plan.name}: blocked"
    lines += [_bucket_words(limit, limit.name) for limit in buckets]
    lines += [f"{plan.name}: {_quota_words(limit)}" for limit in own if limit.layer == "quota"]
    return _joined(lines)


def _bucket_words(limit: Limit, name: str) -> str:
    if limit.per_second is None:
        return f"{name}: no limit of its own"
    if limit.blocked:
        return f"{name}: blocked: 429, but for about one request in eleven days"
    return f"{name}: {_rates(limit)}\n({_at_once(limit)})"


def _quota_words(quota: Limit) -> str:
    period = next(name for name, seconds in _PERIOD_SEC.items() if seconds == quota.period_sec)
    return f"{quota.in_period:,} a {period.lower()}"


def _rates(limit: Limit) -> str:
    return f"{plain(limit.per_second or 0)}/s, {plain(limit.per_minute or 0)}/min"


def _at_once(limit: Limit) -> str:
    return f"{limit.at_once:,} at once"


def _by_caller(first: tuple[Bites, ...]) -> Table:
    with_keys = any(each.one_key for each in first)
    columns = ("route", "one IP", *(["one API key"] if with_keys else []), "everyone together")
    return Table(
        title="What stops whom first: sending ever faster; all at once",
        columns=columns,
        rows=_together(_caller_cells(each, with_keys=with_keys) for each in first),
        caption="shared: by all callers, so that one of them may use it up.",
    )


def _caller_cells(each: Bites, *, with_keys: bool) -> tuple[str, ...]:
    cells = [each.route, _first_words(each.one_address, alone=True)]
    if with_keys:
        cells.append(_joined(_key_words(key) for key in each.one_key))
    return (*cells, _first_words(each.everyone, alone=False))


def _first_words(first: First, *, alone: bool) -> str:
    if first.steady is None or first.burst is None:
        return "nothing"
    if first.steady.blocked:
        return "blocked"
    rate, once = f"{plain(first.steady.per_second or 0)}/s", _at_once(first.burst)
    steady, burst = (_named(limit, alone=alone) for limit in (first.steady, first.burst))
    return f"{rate}, {once}: {steady}" if steady == burst else f"{rate}: {steady}\n{once}: {burst}"


def _key_words(key: FirstOfKey) -> str:
    words = f"{key.plan}: {_first_words(key, alone=True)}"
    if key.quota is None or key.steady is None or not key.steady.per_second or key.steady.blocked:
        return words
    lasts = duration((key.quota.in_period or 0) / key.steady.per_second)
    return f"{words}\n{_quota_words(key.quota)}, gone in {lasts}"


def _named(limit: Limit, *, alone: bool) -> str:
    """A key's own plan needs no name; what it shares says so where one caller is looked at alone."""
    if limit.layer == "usage plan":
        return "its plan"
    name = f"{limit.layer} {limit.name}".strip()
    return f"{name}, shared" if alone and limit.shared else name


def _details(layers: Layers, route: RouteLimits) -> Table:
    return Table(
        title=f"{route.key}, layer by layer",
        columns=("layer", "name", "per second", "per minute", "at once", "shared by"),
        rows=tuple(_detail(limit) for limit in _of_route(layers, route)),
        numbers=frozenset({"per second", "per minute", "at once"}),
    )


def _detail(limit: Limit) -> tuple[str, ...]:
    name = f"{limit.name}: {_window_words(limit)}" if limit.layer == "WAF" else limit.name
    # A WAF rule limits the rate, and nothing at once.
    none = "no limit" if limit.per_second is None else "-"
    words = [none if value is None else plain(value) for value in _numbers(limit)]
    return (limit.layer, name, *words, limit.shared_by)


def _numbers(limit: Limit) -> tuple[float | None, ...]:
    return (limit.per_second, limit.per_minute, limit.at_once)


def _data(limit: Limit) -> dict[str, Any]:
    return asdict(limit) | {"per_minute": limit.per_minute}


def _bites_data(each: Bites) -> dict[str, Any]:
    return {
        "route": each.route,
        "one_ip": _first_data(each.one_address),
        "one_key": {
            key.plan: _first_data(key) | {"quota": None if key.quota is None else _data(key.quota)}
            for key in each.one_key
        },
        "everyone": _first_data(each.everyone),
    }


def _first_data(first: First) -> dict[str, Any]:
    return {
        "steady": None if first.steady is None else _data(first.steady),
        "burst": None if first.burst is None else _data(first.burst),
    }
