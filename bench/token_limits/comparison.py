"""Runs both, one after the other, on the same arrivals. The results are medians of a few runs."""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.token_limits.arrivals import Arrivals, arrive
from bench.token_limits.litellm_proxy import LiteLlm, litellm_proxy
from bench.token_limits.plans import TOKENS_PER_MINUTE, Keys
from bench.token_limits.processes import NotStartedError, announced, processor_seconds
from bench.token_limits.scenarios import MODELS, REACHED, UNREACHED, Scenario
from bench.token_limits.spillway import Spillway, spillway

_WARM = Scenario(name="warm", plan="large", size=50, groups=3, pause=3000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One scenario of one run."""

    direct: Arrivals | None
    """Requests sent directly to the model, for a limit that is not reached."""

    spillway: Arrivals
    litellm: Arrivals
    writes: int
    unavailable: int
    processor_seconds: tuple[float, float]
    """Processor time of the functions and of the proxy, each without its store."""


class Comparison:
    """Everything that runs, and the measurements so far."""

    def __init__(self, model: str, ours: Spillway, theirs: LiteLlm) -> None:
        self._model = model
        self._ours = ours
        self._theirs = theirs
        self._keys = Keys()
        self.measured: dict[Scenario, list[Measured]] = {}

    def warm(self) -> None:
        """Open connections, and compile the code that runs often."""
        for url in (self._model, self._ours.url, self._theirs.url):
            arrive(url, self._keys.fresh(_WARM.plan), _WARM)
        if self._theirs.counters == 0:
            raise NotStartedError("LiteLLM does not count in Redis")

    def run(self, scenario: Scenario) -> None:
        """Run the scenario once, with a new key."""
        key = self._keys.fresh(scenario.plan)
        direct = arrive(self._model, key, scenario) if scenario in UNREACHED else None
        writes, unavailable, used = self._ours.writes, self._ours.unavailable, self._used()
        ours = arrive(self._ours.url, key, scenario)
        # The last settlements come before the last responses end, so all writes are counted.
        writes, unavailable = self._ours.writes - writes, self._ours.unavailable - unavailable
        theirs = arrive(self._theirs.url, key, scenario)
        before, after = used, self._used()
        self.measured.setdefault(scenario, []).append(
            Measured(
                direct=direct,
                spillway=ours,
                litellm=theirs,
                writes=writes,
                unavailable=unavailable,
                processor_seconds=(after[0] - before[0], after[1] - before[1]),
            )
        )

    def _used(self) -> tuple[float, float]:
        return processor_seconds(self._ours.processes), processor_seconds(self._theirs.processes)


def compare(runs: int) -> dict[Scenario, list[Measured]]:
    """Start everything and measure this many times.

    Raises NotStartedError if a program does not start.
    """
    with tempfile.TemporaryDirectory(prefix="spillway-bench-") as scratch, ExitStack() as started:
        model = started.enter_context(announced("model.mjs"))["url"]
        folders = [Path(scratch, name) for name in ("spillway", "litellm")]
        for folder in folders:
            folder.mkdir()
        most = max(scenario.size for scenario in (*UNREACHED, *REACHED))
        ours = started.enter_context(spillway(folders[0], model, functions=most))
        theirs = started.enter_context(litellm_proxy(folders[1], model, MODELS))
        comparison = Comparison(model, ours, theirs)
        comparison.warm()
        for number in range(runs):
            for scenario in (*UNREACHED, *REACHED):
                sys.stderr.write(f"run {number + 1} of {runs}: {scenario.plan} limit, {scenario.name}\n")
                comparison.run(scenario)
        return comparison.measured


def show(measured: dict[Scenario, list[Measured]]) -> None:
    """Print the results as Markdown tables."""
    _table(
        "limit not reached | Spillway p50 | p99 | LiteLLM p50 | p99 | served | processor time | writes per request",
        (_added_row(scenario, measured[scenario]) for scenario in UNREACHED),
    )
    limit = TOKENS_PER_MINUTE["small"]
    _table(
        f"{limit:,} tokens per minute | sent | fit at once | Spillway served | tokens | of the limit | LiteLLM served "
        "| tokens | of the limit | writes per request",
        (_through_row(scenario, measured[scenario], limit) for scenario in REACHED),
    )
    every = [each for of_scenario in measured.values() for each in of_scenario]
    failed = (sum(each.spillway.failed for each in every), sum(each.litellm.failed for each in every))
    unavailable = sum(each.unavailable for each in every)
    _say(f"Neither served nor refused: Spillway {failed[0]}, LiteLLM {failed[1]}.")
    _say(f"Decided without the table, which did not answer in time: {unavailable}.")


def _added_row(scenario: Scenario, runs: list[Measured]) -> list[str]:
    def added(arrivals: Callable[[Measured], Arrivals], percent: int) -> str:
        of_runs = [arrivals(each).percentile(percent) - each.direct.percentile(percent) for each in runs if each.direct]
        return f"{statistics.median(of_runs):.0f} ms"

    served = (_median(each.spillway.served for each in runs), _median(each.litellm.served for each in runs))
    return [
        scenario.name,
        *(added(lambda each: each.spillway, percent) for percent in (50, 99)),
        *(added(lambda each: each.litellm, percent) for percent in (50, 99)),
        f"{served[0]:.0f} and {served[1]:.0f} of {scenario.sent}",
        " and ".join(
            f"{_median(each.processor_seconds[which] / scenario.sent for each in runs) * 1000:.0f} ms"
            for which in (0, 1)
        ),
        f"{_median(each.writes / scenario.sent for each in runs):.2f}",
    ]


def _through_row(scenario: Scenario, runs: list[Measured], limit: int) -> list[str]:
    cells = [scenario.name, str(scenario.sent), str(limit // scenario.tokens)]
    for served in (
        _median(each.spillway.served for each in runs),
        _median(each.litellm.served for each in runs),
    ):
        tokens = served * scenario.tokens
        cells += [f"{served:.0f}", f"{tokens:,.0f}", f"{tokens / limit:.0%}"]
    return [*cells, f"{_median(each.writes / scenario.sent for each in runs):.2f}"]


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _table(head: str, rows: Iterable[list[str]]) -> None:
    _say(f"\n| {head} |")
    _say("|---" * (head.count("|") + 1) + "|")
    for row in rows:
        _say(f"| {' | '.join(row)} |")
    _say("")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
