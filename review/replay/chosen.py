"""All suggested limits together: checked as an environment file, and replayed once more."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from review.engine.outcome import Outcome
from review.layers.from_settings import layers_of
from review.layers.layers import Layers, Plan
from review.refusal import ReviewError
from review.replay.metering import known_by
from review.replay.replay import Replayed, without_keys
from review.replay.rerun import Outcomes, rerun
from review.replay.suggest import PERCENTILES, Choice, Suggestions, percentile_words
from review.replay.write import Written, with_limits


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The selected candidate of each choice, and the result of all of them together."""

    index: dict[tuple[str, str], int]
    written: Written
    outcomes: Outcomes
    apart: frozenset[int]

    @property
    def taken(self) -> bool:
        """Whether the checks accept any limit."""
        return bool(self.written.taken)

    @property
    def refused(self) -> tuple[str, ...]:
        """What the checks would refuse, and why."""
        return self.written.refused

    @property
    def warnings(self) -> tuple[str, ...]:
        """What you should know before you use the limits."""
        return (
            *(f"not suggested, since the file would be refused: {each}" for each in self.written.refused),
            *(f"with the suggested limits: {each}" for each in self.written.warnings),
        )

    def of(self, choice: Choice) -> int | None:
        """The selected candidate; None if the checks refuse it."""
        taken = {(each.layer, each.name) for each, _ in self.written.taken}
        key = (choice.layer, choice.name)
        return self.index[key] if key in taken else None

    def refused_of(self, client: int) -> int:
        """How many of this client's requests all of them together would have refused."""
        return int(self.outcomes.by_client[client, Outcome.ACCEPTED + 1 :].sum())

    def rows(self) -> Iterator[tuple[str, str, int, int]]:
        """Which callers, an outcome, how often it happened to them, and out of how many of their requests."""
        by_client = self.outcomes.by_client
        others = np.ones(len(by_client), dtype=np.bool_)
        others[list(self.apart)] = False
        for who, mask in (("all others" if self.apart else "all", others), ("set apart", ~others)):
            sums = by_client[mask].sum(axis=0, dtype=np.int64)
            for outcome in Outcome:
                if sums[outcome]:
                    refused = "" if outcome == Outcome.ACCEPTED else "refused: "
                    yield who, f"{refused}{outcome.words}", int(sums[outcome]), int(sums.sum())

    def data(self) -> dict[str, object]:
        """For JSON."""
        return {
            f"{what} of callers set apart" if who == "set apart" else what: {"requests": count, "of": of}
            for who, what, count, of in self.rows()
        }


def percentile_of(word: str) -> float | None:
    """`p99.9` or `busiest`; None if the user did not choose. Raises ReviewError."""
    if not word:
        return None
    for each in PERCENTILES:
        if percentile_words((each,)) == word:
            return each
    known = ", ".join(percentile_words((each,)) for each in PERCENTILES)
    raise ReviewError(f"--choose {word}: must be one of {known}")


def choose(replayed: Replayed, suggested: Suggestions, file: Path, percentile: float | None = None) -> Chosen:
    """The suggested candidate of each choice, or the one at that percentile."""
    index = {
        (choice.layer, choice.name): choice.suggested if percentile is None else _index(choice, percentile)
        for choice in suggested.choices
    }
    picked = [(choice, choice.candidates[index[choice.layer, choice.name]]) for choice in suggested.choices]
    written = with_limits(file, picked)
    layers = layers_of(written.environment)
    if not any(route.key_required for route in replayed.layers.routes):  # or its log names no keys
        layers = without_keys(layers)
    if layers.tokens:
        known = known_by(layers.tokens, replayed.tokens_known)[0] if replayed.tokens_known else None
        layers = replace(layers, tokens=known)
    return Chosen(
        index=index,
        written=written,
        outcomes=rerun(replayed, layers, _plans(replayed, layers)),
        apart=frozenset(each.client for each in suggested.apart),
    )


def _index(choice: Choice, percentile: float) -> int:
    return next(number for number, each in enumerate(choice.candidates) if percentile in each.percentiles)


def _plans(replayed: Replayed, layers: Layers) -> tuple[Plan | None, ...]:
    """Each key's plan, with its new limits."""
    new = {plan.name: plan for plan in layers.plans}
    return tuple(None if plan is None else new[plan.name] for plan in replayed.plan_of_key)
