"""The computed limits in words, numbers and lines for the environment file."""

import json
from collections.abc import Iterator

from review.numbers import plain, share
from review.sizing.proof import Proof
from review.sizing.size import Size, percent
from review.table import Report, Table

_TOKENS = "tokens_per_minute"


def report(sized: Size, proof: Proof, route: str) -> Report:
    """The limits, the arithmetic, and the simulation that verifies them."""
    lines = list(toml_lines(sized, route))
    return Report(
        title=f"Limits for {_described(sized)}",
        tables=(_arithmetic(sized), _proof(sized, proof), _file(lines)),
        notes=tuple(_notes(sized)),
        warnings=(*sized.warnings, *_fewer_than_meant(sized, proof)),
        data={
            "rate_limit": sized.rate_limit,
            "burst_limit": sized.burst_limit,
            "per_ip": {"limit": sized.address_limit, "evaluation_window_sec": sized.window_sec},
            "usage_plans": {
                plan.tier.name: {
                    "rate_limit": plan.rate_limit,
                    "burst_limit": plan.burst_limit,
                    _TOKENS: plan.tokens_per_minute or None,
                }
                for plan in sized.plans
            },
            _TOKENS: round(sized.rate_limit * 60 * sized.demand.tokens) or None,
            "arithmetic": [{"what": step.what, "how": step.how, "result": step.result} for step in sized.steps],
            "simulated": {
                "duration_sec": proof.duration_sec,
                "in_work_at_most": proof.in_work,
                "served": {
                    group.name: group.served / group.requests if group.requests else None for group in proof.groups
                },
            },
            "toml": "\n".join(lines),
        },
    )


def _fewer_than_meant(sized: Size, proof: Proof) -> Iterator[str]:
    """A bucket is stricter than the slots that it protects: it refuses some of what would have found a free one."""
    served, requests = sum(group.served for group in proof.groups), sum(group.requests for group in proof.groups)
    if not sized.warnings and requests >= _ENOUGH and served < (sized.demand.quantile - _CHANCE) * requests:
        yield (
            f"In the simulation {share(served, requests)} of the requests get through, fewer than "
            f"{percent(sized.demand.quantile)}: the limits protect the backend first. More slots, or shorter answers, "
            "let more through."
        )


_ENOUGH = 100
_CHANCE = 0.01
"""How far a simulated share may be from the true one."""


def toml_lines(sized: Size, route: str) -> Iterator[str]:
    """Lines for the environment file."""
    yield f"[throttling.routes.{json.dumps(route)}]"
    yield f"rate_limit = {_number(sized.rate_limit)}"
    yield f"burst_limit = {sized.burst_limit}"
    yield ""
    yield "[[waf.rate_rules]]"
    yield 'name = "per-ip"'
    yield f"limit = {sized.address_limit}"
    yield f"evaluation_window_sec = {sized.window_sec}"
    for plan in sized.plans:
        yield ""
        yield f"[usage_plans.{plan.tier.name}]"
        yield f"throttle = {{ rate_limit = {_number(plan.rate_limit)}, burst_limit = {plan.burst_limit} }}"
        if plan.tokens_per_minute:
            yield f"{_TOKENS} = {plan.tokens_per_minute}"


def _number(value: float) -> str:
    return plain(value).replace(",", "_")


def _described(sized: Size) -> str:
    demand = sized.demand
    users = " and ".join(
        f"{tier.users:,} user{'s' if tier.users > 1 else ''}{f' of {tier.name}' if tier.name else ''} with "
        f"{plain(tier.requests_per_hour)} "
        "requests an "
        "hour each"
        for tier in demand.tiers
    )
    return f"{users}, and {plain(demand.seconds)} s for an answer"


def _arithmetic(sized: Size) -> Table:
    columns = ("what", "how", "result")
    return Table(
        title="Arithmetic",
        columns=columns,
        rows=tuple((step.what, step.how, step.result) for step in sized.steps),
        numbers=frozenset(columns[2:]),
    )


def _proof(sized: Size, proof: Proof) -> Table:
    columns = ("callers", "n", "requests", "through")
    slots = sized.demand.slots
    of = f" of {slots:,} slot{'s' if slots > 1 else ''}" if slots else ""
    return Table(
        title=f"Simulation of {plain(round(proof.duration_sec))} s of the busiest hour",
        columns=columns,
        rows=tuple(
            (group.name, f"{group.clients:,}", f"{group.requests:,}", share(group.served, group.requests))
            for group in proof.groups
        ),
        numbers=frozenset(columns[1:]),
        caption=f"In progress at once: at most {proof.in_work:,}{of}, at {plain(sized.demand.seconds)} s per request.",
    )


def _file(lines: list[str]) -> Table:
    return Table(title="For the environment file", columns=("line",), rows=tuple((line,) for line in lines))


def _notes(sized: Size) -> Iterator[str]:
    yield (
        f"Users are assumed to act independently. The limits are computed for {percent(sized.demand.quantile)} of "
        "the "
        "busiest hour. A lecture or a cron job at nine needs a larger burst, which `spillway simulate` shows."
    )
    yield (
        "A token bucket limits the requests that begin, not those in progress. An answer that takes longer than the "
        "seconds given keeps its slot."
    )
    if any(plan.tokens_per_minute for plan in sized.plans):
        yield (
            f"A function in front of a bedrock, http or private route enforces {_TOKENS} (docs/token-limits.md). "
            "Neither "
            "API Gateway nor WAF counts tokens."
        )
    if sized.demand.tokens:
        yield (
            f"At the shared rate, all callers together use {round(sized.rate_limit * 60 * sized.demand.tokens):,} "
            "tokens "
            "a minute."
        )
