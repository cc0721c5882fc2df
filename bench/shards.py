"""How much accuracy a budget loses if several items share it: `python -m bench.shards`.

This does not measure time. It runs the review's own simulation of `by = "all"` at loads around the limit.
docs/token-limits.md shows the table, and tests/review/simulation/test_shards.py compares the page with it.
"""

from dataclasses import dataclass, replace

from review.engine.rate_window import WafModel
from review.layers.layers import Layers, RouteLimits
from review.layers.token_layer import MeteredRoute, TokenBudget, TokenLayer
from review.simulation.simulate import simulate
from review.simulation.tokens import Tokens, usage_of
from review.simulation.traffic import Steady, Traffic
from settings.throttling import Throttle

SHARDS = (1, 2, 4, 10, 100)
LOADS = (0.9, 0.98, 1.0, 1.5)
"""The load, as a share of the limit."""

REQUESTS_A_SECOND = (1000, 10)
"""Requests per second at a load of 1: more than one item supports, and few."""

_SECONDS = 600
_CLIENTS = 100
_ROUTE = "POST /v1/chat/completions"
_PLENTY = Throttle(rate_limit=100_000, burst_limit=100_000)
_CHAT = Tokens(max_tokens=1000)
"""The default sizes of a traffic file, with a maximum."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The results for one number of shards."""

    shards: int
    refused: tuple[float, ...]
    """For each load, the share of the requests that were refused."""

    admitted: float
    """At the highest load: the tokens used, as a share of what a minute allows, including the first minute's burst."""


def rows(requests_a_second: int) -> tuple[Row, ...]:
    """Each number of shards at every load, with the same requests each time."""
    tokens_a_minute = round(requests_a_second * 60 * _tokens_of_a_request())
    return tuple(_row(shards, requests_a_second, tokens_a_minute) for shards in SHARDS)


def _tokens_of_a_request() -> float:
    import numpy as np  # noqa: PLC0415  # only here

    usage = usage_of((_CHAT,), np.zeros(1_000_000, dtype=np.int32), seed=1)
    return float((usage.input + usage.output).mean())


def _row(shards: int, requests_a_second: int, tokens_a_minute: int) -> Row:
    refused, admitted = [], 0.0
    for load in LOADS:
        clients = Steady(
            name="all", kind="steady", count=_CLIENTS, rate=requests_a_second * load / _CLIENTS, tokens=_CHAT
        )
        traffic = Traffic(name="shards", duration_sec=_SECONDS, clients=(clients,))
        result = simulate(_limited(shards, tokens_a_minute), traffic, WafModel())
        [group] = result.groups
        refused.append(1 - group.served / group.requests)
        used = group.tokens.used if group.tokens else 0
        # A full bucket at the beginning, and its refill.
        admitted = used / (tokens_a_minute * (1 + _SECONDS / 60))
    return Row(shards=shards, refused=tuple(refused), admitted=admitted)


def _limited(shards: int, tokens_a_minute: int) -> Layers:
    budget = TokenBudget(
        name="everyone",
        by=("all",),
        limits={"tokens_per_minute": tokens_a_minute},
        routes=frozenset({_ROUTE}),
        shards=shards,
    )
    metered = MeteredRoute(model=None, generates=True, reads_body=True, timeout_ms=29_000)
    layer = TokenLayer(
        budgets=(budget,),
        routes={_ROUTE: metered},
        weights=dict.fromkeys(("input", "cached_input", "cache_write", "output"), 1.0),
        default_max_tokens=1024,
        prices={},
    )
    free = Layers(
        name="shards",
        routes=(RouteLimits(key=_ROUTE, bucket=_PLENTY, own=False),),
        account=_PLENTY,
        stage=_PLENTY,
    )
    return replace(free, tokens=layer)


def table(requests_a_second: int) -> str:
    """The table as docs/token-limits.md has it."""
    loads = " | ".join(f"at {load:.0%}" for load in LOADS)
    lines = [f"| `shards` | {loads} | used at {LOADS[-1]:.0%} |", "|---|" + "---|" * (len(LOADS) + 1)]
    for row in rows(requests_a_second):
        shares = " | ".join(f"{share:.1%}" for share in row.refused)
        lines.append(f"| {row.shards} | {shares} | {row.admitted:.1%} |")
    return "\n".join(lines)


if __name__ == "__main__":
    for number in REQUESTS_A_SECOND:
        print(f"{number:,} requests a second would use up the limit:\n{table(number)}\n")  # noqa: T201  # its purpose
