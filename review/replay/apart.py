"""Callers that suggested limits ignore: those that other layers already stop, and those far above all others."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.engine.outcome import Outcome
from review.refusal import ReviewError
from review.replay.replay import Replayed

_FAR_ABOVE = 10
"""How many times as many requests as the next busiest caller in a window."""

_LEAST = 100
"""Requests in a window. A caller with fewer is not an abuser."""

_MOST = 0.01
"""The largest share of the callers, at least one."""

_STOPPED = 0.5
"""The share of a caller's requests."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Apart:
    """One caller that is left out of the measurement."""

    client: int
    """The caller as an index into the replay's clients."""

    requests: int
    refused: int
    """Whether the environment's current limits stop the caller."""

    peak: int
    why: str
    is_far_above: bool = False
    """Whether the reason is only that the caller sends far more than the next one."""


def set_apart(
    replayed: Replayed, peak: NDArray[np.int64], abusers: Sequence[str] = (), customers: Sequence[str] = ()
) -> tuple[Apart, ...]:
    """The callers to leave out, the busiest first. `abusers` and `customers` come from the user, by name. Raises
    ReviewError.

    `peak` is the busiest window of each client.
    """
    by_client = replayed.tally.by_client[: len(replayed.clients)]
    sent = by_client.sum(axis=1, dtype=np.int64)
    refused = sent - by_client[:, Outcome.ACCEPTED]
    numbers = {name: number for number, name in enumerate(replayed.clients)} if abusers or customers else {}
    for option, names in (("--abuser", abusers), ("--customer", customers)):
        for name in names:
            if name not in numbers:
                raise ReviewError(f"{option} {name}: the log has no such client")
    why = {
        int(number): "WAF already stops it" for number in np.flatnonzero(by_client[:, Outcome.WAF] > _STOPPED * sent)
    }
    why |= {
        number: reason
        for outcome, reason in (
            (Outcome.PLAN, "its usage plan already stops it"),
            (Outcome.QUOTA, "its quota already stops it"),
        )
        for number in _few(by_client[:, outcome] > _STOPPED * sent, why)
    }
    far_above = {number: reason for number, reason in _far_above(peak).items() if number not in why}
    why |= far_above
    why |= {numbers[name]: "--abuser" for name in abusers}
    for name in customers:
        why.pop(numbers[name], None)
    if len(why) == len(replayed.clients):  # no other caller is left to measure a limit with
        return ()
    found = (
        Apart(
            client=number,
            requests=int(sent[number]),
            refused=int(refused[number]),
            peak=int(peak[number]),
            why=words,
            is_far_above=words == far_above.get(number),
        )
        for number, words in why.items()
    )
    return tuple(sorted(found, key=lambda each: -each.peak))


def _few(stopped: NDArray[np.bool_], known: Container[int]) -> list[int]:
    """These callers, if they are few. If a plan stops many, its limit is too low, and they are not the exception."""
    found = np.flatnonzero(stopped)
    few = len(found) <= max(1, int(len(stopped) * _MOST))
    return [int(number) for number in found if few and int(number) not in known]


def _far_above(peak: NDArray[np.int64]) -> dict[int, str]:
    """The busiest callers, up to the last gap of that size."""
    order = np.argsort(-peak, kind="stable")
    order = order[: int((peak > 0).sum())]
    most = max(1, int(len(order) * _MOST))
    last = 0
    for place in range(min(most, len(order) - 1)):
        if peak[order[place]] >= max(_LEAST, _FAR_ABOVE * peak[order[place + 1]]):
            last = place + 1
    next_peak = int(peak[order[last]]) if last < len(order) else 0
    return {
        int(number): f"its busiest window is {peak[number] / max(1, next_peak):,.0f} times that of the next caller"
        for number in order[:last]
    }
