"""A replay in words and numbers."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from review.engine.outcome import Outcome
from review.numbers import plain, share
from review.replay.replay import Replayed
from review.replay.suggest import Suggestion, suggestions
from review.table import Report, Table

_MOST_SHOWN = 10
_REFUSED = tuple(outcome for outcome in Outcome if outcome != Outcome.ACCEPTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A client that would have been refused."""

    client: str
    requests: int
    refused: int
    by: dict[Outcome, int]


def report(replayed: Replayed) -> Report:
    """Whom these limits would have hit."""
    tally = replayed.tally
    suggested = suggestions(replayed)
    refused = _refused(replayed)
    said = notes(replayed)
    tables = [_outcomes(replayed)]
    if refused.any():
        tables += [_worst(replayed, refused), _when(replayed)]
    tables.append(_suggested(suggested))
    return Report(
        title=f"{tally.requests:,} requests of {tally.clients:,} clients against {replayed.layers.name}, "
        f"{_time(tally.first)} to {_time(tally.last)} UTC",
        tables=tuple(tables),
        notes=said,
        warnings=tuple(f"{count:,} left out: {reason}" for reason, count in replayed.problems.items()),
        data={
            "environment": replayed.layers.name,
            "requests": tally.requests,
            "clients": tally.clients,
            "from": _time(tally.first),
            "to": _time(tally.last),
            "outcomes": _by_name(tally.outcomes),
            "clients_refused": int((refused > 0).sum()),
            "hit_hardest": [asdict(hit) | {"by": _by_name(hit.by)} for hit in _hardest(replayed, refused)],
            "left_out": replayed.problems,
            "put_back_in_order": replayed.put_back,
            "counted_only": replayed.counted,
            "suggestions": [asdict(each) for each in suggested],
            "notes": list(said),
        },
    )


def notes(replayed: Replayed) -> tuple[str, ...]:
    """What is exact, and what is assumed."""
    said = [*replayed.notes, *replayed.layers.left_out]
    if replayed.put_back:
        said.append(f"{replayed.put_back:,} lines were out of order within the tolerance, and put back in order.")
    said += [
        f"WAF rule {name} only counts; to block would have stopped {count:,} requests."
        for name, count in replayed.counted.items()
    ]
    said.append("Token buckets are exact, and full at the beginning; AWS applies them best effort.")
    if replayed.layers.windows:
        said.append(
            f"WAF is an estimate: here it {replayed.waf}. AWS publishes none of the three; --waf-interval, --waf-lag "
            "and --waf-recency set them."
        )
    said.append("Clients are taken as they were: one that is refused might slow down, or come back sooner.")
    return tuple(said)


def _time(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _by_name(counts: dict[Outcome, int]) -> dict[str, int]:
    return {outcome.name.lower(): count for outcome, count in counts.items()}


def _refused(replayed: Replayed) -> NDArray[np.int64]:
    """By client."""
    by_client = replayed.tally.by_client.astype(np.int64)
    return np.asarray(by_client.sum(axis=1) - by_client[:, Outcome.ACCEPTED])


def _outcomes(replayed: Replayed) -> Table:
    tally = replayed.tally
    rows = []
    for outcome, count in tally.outcomes.items():
        if count or outcome == Outcome.ACCEPTED:
            touched = int((tally.by_client[:, outcome] > 0).sum())
            of_requests, of_clients = share(count, tally.requests), share(touched, tally.clients)
            words = outcome.words if outcome == Outcome.ACCEPTED else f"refused: {outcome.words}"
            rows.append((words, f"{count:,}", of_requests, f"{touched:,}", of_clients))
    columns = ("outcome", "requests", "of all", "clients", "of all clients")
    return Table(
        title="What would have become of them", columns=columns, rows=tuple(rows), numbers=frozenset(columns[1:])
    )


def _hardest(replayed: Replayed, refused: NDArray[np.int64]) -> list[Hit]:
    worst = [int(index) for index in np.argsort(-refused, kind="stable")[:_MOST_SHOWN] if refused[index]]
    by_client = replayed.tally.by_client
    return [
        Hit(
            client=replayed.clients[index],
            requests=int(by_client[index].sum()),
            refused=int(refused[index]),
            by={each: int(by_client[index, each]) for each in _REFUSED if by_client[index, each]},
        )
        for index in worst
    ]


def _worst(replayed: Replayed, refused: NDArray[np.int64]) -> Table:
    columns = ("client", "requests", "refused", "share", "by")
    return Table(
        title=f"Whom it would have hit hardest, of {int((refused > 0).sum()):,} clients",
        columns=columns,
        rows=tuple(
            (
                hit.client,
                f"{hit.requests:,}",
                f"{hit.refused:,}",
                share(hit.refused, hit.requests),
                ", ".join(outcome.words for outcome in hit.by),
            )
            for hit in _hardest(replayed, refused)
        ),
        numbers=frozenset(columns[1:4]),
    )


def _when(replayed: Replayed) -> Table:
    columns = ("minute (UTC)", "requests", "refused")
    return Table(
        title=f"When: the worst of {replayed.tally.minutes_refused:,} minutes with refusals",
        columns=columns,
        rows=tuple(
            (_time(minute.start)[:-3], f"{minute.requests:,}", f"{minute.refused:,}")
            for minute in replayed.tally.worst_minutes()
        ),
        numbers=frozenset(columns[1:]),
    )


def _suggested(suggested: tuple[Suggestion, ...]) -> Table:
    return Table(
        title="Limits that would have let 99% of these clients through",
        columns=("layer", "setting", "because"),
        rows=tuple(
            (
                each.layer,
                ", ".join(f"{name} = {plain(value).replace(',', '_')}" for name, value in each.setting.items()),
                f"{each.route}: {each.because}" if each.route else each.because,
            )
            for each in suggested
        ),
    )
