"""Simulations in words and numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from review.engine.outcome import Outcome
from review.numbers import plain, share
from review.simulation.simulate import Group, Refusals, Result
from review.table import Report, Table
from settings.token_limits.one_item import WRITES_OF_ONE_ITEM

Case = tuple[str, Result]
"""A result, and its name in the comparison."""


def report(cases: Sequence[Case]) -> Report:
    """The same traffic in each case: who got through, and who was refused by which layer and when."""
    traffic = cases[0][1].traffic
    tables = [
        # The columns are explained once.
        table if number == 0 else replace(table, caption="")
        for number, (title, result) in enumerate(cases)
        for table in _tables(f"{title}: who" if len(cases) > 1 else "Who", result)
    ]
    left_out = tuple(dict.fromkeys(note for case in cases for note in (*found(*case), *case[1].layers.left_out)))
    assumptions = tuple(dict.fromkeys(note for _, result in cases for note in assumed(result)))
    environments = " and ".join(dict.fromkeys(result.layers.name for _, result in cases))
    described = f"{traffic.name}, {plain(traffic.duration_sec)} s: {traffic.description}".removesuffix(": ")
    return Report(
        title=f"Simulation of {environments}. {described}",
        tables=tuple(tables),
        notes=left_out,
        assumptions=assumptions,
        data={
            "traffic": traffic.name,
            "duration_sec": traffic.duration_sec,
            "seed": traffic.seed,
            "cases": [_case(title, result) for title, result in cases],
            "notes": [*left_out, *assumptions],
        },
    )


def assumed(result: Result) -> tuple[str, ...]:
    """What is exact, and what is assumed."""
    notes = ["Token buckets are exact; AWS applies them best effort, so real numbers vary around these."]
    if result.layers.windows:
        notes.append(
            f"WAF is an estimate: here it {result.waf}. AWS publishes none of the three; --waf-interval, --waf-lag and "
            "--waf-recency set them."
        )
    notes.append("Assumed: a token that one layer took is not given back when a later one refuses.")
    if result.layers.tokens:
        notes.append(
            "Limits in tokens decide as the function does, which settles when an answer ends; used: tokens as the "
            "limits count them, of requests that got through. Assumed: what requests ask of a model (tokens in the "
            "traffic file), and that DynamoDB can always be reached."
        )
    if any(plan.quota for plan in result.layers.plans):
        notes.append(
            "Assumed: a quota's periods begin at midnight UTC, a week's on Sunday; what the plan's own throttle "
            "refuses does not use it up. A quota, too, is best effort."
        )
    return tuple(notes)


def found(title: str, result: Result) -> Iterator[str]:
    """What this run showed that is not in its tables."""
    for name, count in result.counted.items():
        yield f"{title}: WAF rule {name} only counts. If it blocked, it would have refused {count:,} requests."
    for limit, count in result.observed.items():
        yield f"{title}: {limit} only counts. If it refused, it would have refused {count:,} requests."
    item = result.busiest_item
    if item and item.writes > WRITES_OF_ONE_ITEM:
        yield (
            f"{title}: one item of the table, of {item.budget}, would get up to {item.writes:,} writes in a second. "
            f"DynamoDB supports about {WRITES_OF_ONE_ITEM:,}: above that the limits are unavailable, which is not "
            "simulated (docs/token-limits.md)."
        )


def _tables(who: str, result: Result) -> Iterator[Table]:
    columns = ("clients", "n", "requests", "through", "worst", "sent")
    yield Table(
        title=f"{who} gets through",
        columns=columns,
        rows=tuple(_through(group) for group in result.groups),
        numbers=frozenset(columns[1:]),
        caption="through: at once or after retries; worst: the client with the lowest share; sent: with all retries.",
    )
    if result.plans:
        by_plan = ("clients", "usage plan", "n", "requests", "through")
        yield Table(
            title=f"{who} gets through, by usage plan",
            columns=by_plan,
            rows=tuple(
                (each.group, each.plan, f"{each.clients:,}", f"{each.requests:,}", share(each.served, each.requests))
                for each in result.plans
            ),
            numbers=frozenset(by_plan[2:]),
        )
    with_tokens = [group for group in result.groups if group.tokens]
    if with_tokens:
        columns = ("clients", "used", "a minute", "busiest minute", "reserved", "USD")
        yield Table(
            title=f"{who} uses which tokens",
            columns=columns,
            rows=tuple(_used(group, result.traffic.duration_sec) for group in with_tokens),
            numbers=frozenset(columns[1:]),
        )
    refused = tuple(_refused(group, refusals) for group in result.groups for refusals in group.refusals)
    if refused:
        columns = ("clients", "refused by", "requests", "of sent", "from", "to")
        yield Table(
            title=f"{who} is refused, by which layer and when",
            columns=columns,
            rows=refused,
            numbers=frozenset(columns[2:]),
            caption="from, to: minutes and seconds after the start.",
        )


def _through(group: Group) -> tuple[str, ...]:
    return (
        group.name,
        f"{group.clients:,}",
        f"{group.requests:,}",
        share(group.served, group.requests),
        f"{100 * group.acceptance.min():.1f}%" if len(group.acceptance) else "-",
        f"{group.sent:,}",
    )


def _used(group: Group, duration_sec: float) -> tuple[str, ...]:
    tokens = group.tokens
    if tokens is None:
        return (group.name,)
    return (
        group.name,
        f"{tokens.used:,}",
        f"{tokens.used * 60 / duration_sec:,.0f}",
        f"{tokens.busiest_minute:,}",
        f"{tokens.reserved:,}",
        "-" if tokens.usd is None else f"{tokens.usd:,.2f}",
    )


def _refused(group: Group, refusals: Refusals) -> tuple[str, ...]:
    return (
        group.name,
        _words(refusals),
        f"{refusals.requests:,}",
        share(refusals.requests, group.sent),
        _clock(refusals.first_sec),
        _clock(refusals.last_sec),
    )


def _words(refusals: Refusals) -> str:
    match refusals.by:
        case Outcome.TOKEN_LIMIT:
            return refusals.limit
        case Outcome.ABOVE_LIMIT:
            return f"more than all of {refusals.limit} (400)"
        case _:
            return refusals.by.words


def _clock(seconds: float) -> str:
    """`1:05`, `1:00:05`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _case(title: str, result: Result) -> dict[str, object]:
    return {
        "title": title,
        "environment": result.layers.name,
        "waf_model": {
            "interval_sec": result.waf.interval_sec,
            "lag_sec": result.waf.lag_sec,
            "recency": result.waf.recency,
        },
        "clients": [_group(group) for group in result.groups],
        "usage_plans": [asdict(each) for each in result.plans],
        "counted_only": result.counted,
        **(_tokens(result) if result.layers.tokens else {}),
    }


def _tokens(result: Result) -> dict[str, object]:
    item = result.busiest_item
    return {"token_limits_counted_only": result.observed, "busiest_item": asdict(item) if item else None}


def _group(group: Group) -> dict[str, object]:
    return {
        "name": group.name,
        "kind": group.kind,
        "clients": group.clients,
        "requests": group.requests,
        "served": group.served,
        "worst_client_acceptance": float(group.acceptance.min()) if len(group.acceptance) else None,
        "sent": group.sent,
        "refused": _refused_by(group),
        **({"tokens": asdict(group.tokens)} if group.tokens else {}),
    }


def _refused_by(group: Group) -> dict[str, dict[str, object]]:
    """The refusals by layer, and for limits in tokens also by limit."""
    found: dict[str, dict[str, object]] = {}
    for outcome in Outcome:
        mine = [each for each in group.refusals if each.by == outcome]
        if mine:
            found[outcome.name.lower()] = {
                "requests": sum(each.requests for each in mine),
                "first_sec": min(each.first_sec for each in mine),
                "last_sec": max(each.last_sec for each in mine),
                **({"limits": {each.limit: each.requests for each in mine}} if outcome.is_of_tokens else {}),
            }
    return found
