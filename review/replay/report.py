"""A replay in words and numbers."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from review.engine.outcome import Outcome
from review.numbers import share
from review.replay.replay import Replayed
from review.replay.suggest import suggestions
from review.table import Report, Table

_MOST_SHOWN = 10
_MINUTE = 60


def report(replayed: Replayed) -> Report:
    """Whom these limits would have hit."""
    tally = replayed.tally
    refused = [outcome for outcome in Outcome if outcome != Outcome.ACCEPTED and tally.outcomes[outcome]]
    suggested = suggestions(replayed)
    tables = [_outcomes(replayed), *([_worst(replayed, refused), _when(replayed)] if refused else [])]
    tables.append(
        Table(
            title="Limits that would have let 99% of these clients through",
            columns=("setting", "value", "because"),
            rows=tuple((each.setting, each.value, each.because) for each in suggested),
        )
    )
    return Report(
        title=f"{tally.requests:,} requests of {len(replayed.clients):,} clients, {_span(replayed)}, "
        f"against {replayed.layers.name}",
        tables=tuple(tables),
        notes=notes(replayed),
        warnings=tuple(f"{count:,} x {reason}: left out" for reason, count in replayed.problems.items()),
        data=_data(replayed) | {"suggestions": [asdict(each) for each in suggested]},
    )


def notes(replayed: Replayed) -> tuple[str, ...]:
    """What is exact, and what is assumed."""
    said = [*replayed.notes, *replayed.layers.left_out]
    if replayed.put_back:
        said.append(f"{replayed.put_back:,} lines were out of order within the tolerance, and put back in order.")
    said += [
        f"WAF rule {name} only counts: {count:,} requests would have been stopped."
        for name, count in replayed.counted.items()
    ]
    said.append("Token buckets are computed exactly; AWS applies them best effort. They start full.")
    if replayed.layers.windows:
        said.append(f"WAF is an estimate: it {replayed.waf}; --help says how to set that.")
    said.append("Clients are taken as they were: a client that is refused might slow down, or come back sooner.")
    return tuple(said)


def _span(replayed: Replayed) -> str:
    return f"{_time(replayed.tally.first)} to {_time(replayed.tally.last)} UTC"


def _time(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _outcomes(replayed: Replayed) -> Table:
    by_client = replayed.tally.by_client[: len(replayed.clients)]
    rows = []
    for outcome in Outcome:
        count = replayed.tally.outcomes[outcome]
        if count or outcome == Outcome.ACCEPTED:
            touched = int((by_client[:, outcome] > 0).sum())
            of_requests, of_clients = share(count, replayed.tally.requests), share(touched, len(replayed.clients))
            rows.append((outcome.words, f"{count:,}", of_requests, f"{touched:,}", of_clients))
    return Table(
        title="What would have become of them",
        columns=("outcome", "requests", "of all", "clients", "of all clients"),
        rows=tuple(rows),
        numbers=frozenset({"requests", "of all", "clients", "of all clients"}),
    )


def _hit(replayed: Replayed) -> tuple[Any, Any, Any]:
    by_client = replayed.tally.by_client[: len(replayed.clients)].astype(np.int64)
    sent = by_client.sum(axis=1)
    refused = sent - by_client[:, Outcome.ACCEPTED]
    return by_client, sent, refused


def _worst(replayed: Replayed, met: Sequence[Outcome]) -> Table:
    by_client, sent, refused = _hit(replayed)
    worst = np.argsort(-refused, kind="stable")[:_MOST_SHOWN]
    return Table(
        title=f"Whom it would have hit hardest, of {int((refused > 0).sum()):,} clients",
        columns=("client", "requests", "refused", "share", *(outcome.words for outcome in met)),
        rows=tuple(
            (
                replayed.clients[index],
                f"{sent[index]:,}",
                f"{refused[index]:,}",
                share(refused[index], sent[index]),
                *(f"{by_client[index, outcome]:,}" for outcome in met),
            )
            for index in worst
            if refused[index]
        ),
        numbers=frozenset({"requests", "refused", "share", *(outcome.words for outcome in met)}),
    )


def _when(replayed: Replayed) -> Table:
    minutes = {
        minute: (int(row.sum()), int(row.sum() - row[Outcome.ACCEPTED]))
        for minute, row in replayed.tally.by_minute.items()
    }
    worst = sorted(
        (minute for minute in minutes if minutes[minute][1]), key=lambda minute: (-minutes[minute][1], minute)
    )
    return Table(
        title=f"When: the worst of {len(worst):,} minutes with refusals",
        columns=("minute (UTC)", "requests", "refused"),
        rows=tuple(
            (_time(minute * _MINUTE * 1_000_000)[:-3], f"{minutes[minute][0]:,}", f"{minutes[minute][1]:,}")
            for minute in worst[: _MOST_SHOWN // 2]
        ),
        numbers=frozenset({"requests", "refused"}),
    )


def _data(replayed: Replayed) -> dict[str, Any]:
    _, sent, refused = _hit(replayed)
    worst = [int(index) for index in np.argsort(-refused, kind="stable")[:_MOST_SHOWN] if refused[index]]
    return {
        "environment": replayed.layers.name,
        "requests": replayed.tally.requests,
        "clients": len(replayed.clients),
        "from": _time(replayed.tally.first),
        "to": _time(replayed.tally.last),
        "outcomes": {outcome.name.lower(): count for outcome, count in replayed.tally.outcomes.items()},
        "clients_refused": int((refused > 0).sum()),
        "hit_hardest": [
            {"client": replayed.clients[index], "requests": int(sent[index]), "refused": int(refused[index])}
            for index in worst
        ],
        "left_out": replayed.problems,
        "put_back_in_order": replayed.put_back,
        "counted_only": replayed.counted,
        "notes": list(notes(replayed)),
    }
