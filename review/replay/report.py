"""A replay in words and numbers."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from review.engine.outcome import Outcome
from review.numbers import duration, plain, share
from review.replay.chosen import Chosen
from review.replay.printable import printable
from review.replay.replay import UNKNOWN_ROUTE, Replayed, named
from review.replay.resolution import FINE
from review.replay.suggest import OF_TOKENS, Candidate, Choice, Suggestions, percentile_words
from review.table import Report, Table

_MOST_SHOWN = 10
_MOST_WARNED = 3
_WINDOW = "evaluation_window_sec"
"""The same in every candidate."""

_LAYERS = {"WAF": "WAF rule", "usage plan": "usage plan", OF_TOKENS: "tokens of usage plan", "method": "route"}

_REFUSED = tuple(outcome for outcome in Outcome if outcome != Outcome.ACCEPTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A client that would have been refused."""

    client: str
    requests: int
    refused: int
    by: dict[Outcome, int]


def report(replayed: Replayed, suggested: Suggestions, chosen: Chosen | None = None) -> Report:
    """Whom these limits would have hit, and which ones to choose from."""
    tally = replayed.tally
    refused = _refused(replayed)
    notes = (*_notes(replayed), *(f"Not suggested: {each}" for each in suggested.withheld))
    assumptions = (*_assumptions(replayed), *_of_suggestions(suggested))
    tables = [_outcomes(replayed)]
    if replayed.refused_by_tokens:
        tables.append(_by_token_limit(replayed))
    if refused.any():
        tables += [_worst(replayed, refused), _when(replayed)]
    if suggested.apart:
        tables.append(_apart(replayed, suggested, chosen))
    tables += [_choice(each, chosen) for each in suggested.choices]
    if chosen is not None and chosen.taken:
        tables += [_replayed_again(chosen), _file(chosen)]
    return Report(
        title=f"{_number_of(tally.requests, 'request')} of {_number_of(tally.clients, 'client')} against "
        f"{replayed.layers.name}, {_time(tally.first)} to {_time(tally.last)} UTC",
        tables=tuple(tables),
        notes=notes,
        assumptions=assumptions,
        warnings=(
            *replayed.warnings,
            *_left_out(replayed),
            *(_refused_though_apart(replayed, suggested, chosen) if chosen else ()),
            *(chosen.warnings if chosen else ()),
        ),
        data={
            "environment": replayed.layers.name,
            "requests": tally.requests,
            "clients": tally.clients,
            "from": _time(tally.first),
            "to": _time(tally.last),
            "outcomes": _by_name(_of(replayed)),
            "clients_refused": int((refused > 0).sum()),
            "hit_hardest": [asdict(hit) | {"by": _by_name(hit.by)} for hit in _hardest(replayed, refused)],
            "taken_for": list(replayed.taken_for),
            "resolution_sec": replayed.resolution_sec,
            "left_out": replayed.problems,
            "unknown_routes": dict(replayed.unknown_routes),
            "put_back_in_order": replayed.put_back,
            "counted_only": replayed.counted,
            **(_tokens(replayed) if replayed.layers.tokens else {}),
            "set_apart": [
                asdict(each)
                | {
                    "client": printable(replayed.clients[each.client]),
                    "refused_with_suggestions": chosen.refused_of(each.client) if chosen else None,
                }
                for each in suggested.apart
            ],
            "suggestions": [_data(choice, chosen) for choice in suggested.choices],
            "withheld": list(suggested.withheld),
            "not_accepted": list(chosen.refused) if chosen else [],
            "replayed_with_suggestions": chosen.data() if chosen else None,
            "toml": "\n".join(chosen.written.lines()) if chosen else "",
            "notes": [*notes, *assumptions],
        },
    )


def _notes(replayed: Replayed) -> tuple[str, ...]:
    """What this log and this environment leave open."""
    notes = [*replayed.taken_for, *replayed.notes, *replayed.layers.left_out]
    if replayed.resolution_sec >= FINE:
        length = duration(replayed.resolution_sec)
        notes.append(
            f"The times of the log are precise to {length}. Replay spread the requests of the same {length} evenly "
            "over it, so the refusals are a lower bound: a burst within that time does not show."
        )
    if replayed.put_back:
        notes.append(
            f"{_number_of(replayed.put_back, 'line')} out of order, by less than the tolerance: sorted by time."
        )
    notes += [
        f"WAF rule {name} only counts. If it blocked, it would have refused {_number_of(count, 'request')}."
        for name, count in replayed.counted.items()
    ]
    notes += [
        f"{limit} only counts. If it refused, it would have refused {_number_of(count, 'request')}."
        for limit, count in replayed.observed_by_tokens.items()
    ]
    return tuple(notes)


def _assumptions(replayed: Replayed) -> tuple[str, ...]:
    """What is exact, and what is assumed."""
    notes = [
        "Token buckets are computed exactly, and are full at the beginning. AWS applies them on a best-effort basis."
    ]
    if replayed.layers.tokens:
        notes.append(
            "Limits in tokens: replay reserves what the function reserved, according to its log. Without that log, a "
            "request is assumed to set no cap, and its input to be estimated by a third too much. The limits are full "
            "at the beginning."
        )
    if replayed.layers.windows:
        notes.append(
            f"WAF is an estimate: here it {replayed.waf}. AWS publishes none of the three; --waf-interval, --waf-lag "
            "and --waf-recency set them."
        )
    notes.append("Clients are assumed to behave as they did. A refused client might slow down, or come back sooner.")
    return tuple(notes)


def _number_of(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _time(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _by_name(counts: dict[Outcome, int]) -> dict[str, int]:
    return {outcome.name.lower(): count for outcome, count in counts.items()}


def _of(replayed: Replayed) -> dict[Outcome, int]:
    """Those of limits in tokens only if there are such limits."""
    found = replayed.tally.outcomes
    return {outcome: count for outcome, count in found.items() if replayed.layers.tokens or not outcome.is_of_tokens}


def _tokens(replayed: Replayed) -> dict[str, object]:
    return {
        "refused_by_token_limits": replayed.refused_by_tokens,
        "token_limits_counted_only": replayed.observed_by_tokens,
    }


def _by_token_limit(replayed: Replayed) -> Table:
    columns = ("limit", "requests", "of all")
    return Table(
        title="Requests refused by limits in tokens",
        columns=columns,
        rows=tuple(
            (limit, f"{count:,}", share(count, replayed.tally.requests))
            for limit, count in replayed.refused_by_tokens.items()
        ),
        numbers=frozenset(columns[1:]),
    )


def _refused(replayed: Replayed) -> NDArray[np.int64]:
    """By client."""
    return np.asarray(replayed.tally.by_client[:, Outcome.ACCEPTED + 1 :].sum(axis=1, dtype=np.int64))


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
    return Table(title="Outcome of the requests", columns=columns, rows=tuple(rows), numbers=frozenset(columns[1:]))


def _hardest(replayed: Replayed, refused: NDArray[np.int64]) -> list[Hit]:
    worst = [int(index) for index in np.argsort(-refused, kind="stable")[:_MOST_SHOWN] if refused[index]]
    by_client = replayed.tally.by_client
    return [
        Hit(
            client=printable(replayed.clients[index]),
            requests=int(by_client[index].sum()),
            refused=int(refused[index]),
            by={each: int(by_client[index, each]) for each in _REFUSED if by_client[index, each]},
        )
        for index in worst
    ]


def _worst(replayed: Replayed, refused: NDArray[np.int64]) -> Table:
    columns = ("client", "requests", "refused", "share", "refused by")
    clients, shown = int((refused > 0).sum()), _hardest(replayed, refused)
    return Table(
        title=f"Clients with the most refused requests: {len(shown)} of {clients:,}",
        columns=columns,
        rows=tuple(
            (
                hit.client,
                f"{hit.requests:,}",
                f"{hit.refused:,}",
                share(hit.refused, hit.requests),
                ", ".join(outcome.words for outcome in hit.by),
            )
            for hit in shown
        ),
        numbers=frozenset(columns[1:4]),
    )


def _when(replayed: Replayed) -> Table:
    columns = ("minute (UTC)", "requests", "refused")
    minutes, shown = replayed.tally.minutes_refused, replayed.tally.worst_minutes()
    return Table(
        title=f"Minutes with the most refused requests: {len(shown)} of {minutes:,}",
        columns=columns,
        rows=tuple((_time(minute.start)[:-3], f"{minute.requests:,}", f"{minute.refused:,}") for minute in shown),
        numbers=frozenset(columns[1:]),
    )


def _left_out(replayed: Replayed) -> tuple[str, ...]:
    notes = []
    for reason, count in replayed.problems.items():
        which = f", most often {named(replayed.unknown_routes)}" if reason == UNKNOWN_ROUTE else ""
        notes.append(f"{count:,} left out: {reason}{which}")
    return tuple(notes)


def _of_suggestions(suggested: Suggestions) -> tuple[str, ...]:
    notes = []
    if suggested.choices:
        notes.append(
            "Limits to choose from: 99% of the callers stay within p99. For a route, p99 is the rate of 99% of its "
            "busy seconds. Replay counts what each limit would have refused by sending the log through it."
        )
    if suggested.apart:
        notes.append(
            "Limits to choose from are measured without the clients that are set apart, and their refused requests are "
            "not counted. --customer CLIENT includes one again, --abuser CLIENT sets one apart."
        )
    return tuple(notes)


def _apart(replayed: Replayed, suggested: Suggestions, chosen: Chosen | None) -> Table:
    window = f"busiest {suggested.window_sec} s"
    columns = ("client", "requests", "refused now", "refused then", window, "reason")
    shown = suggested.apart[:_MOST_SHOWN]
    more = len(suggested.apart) - len(shown)
    return Table(
        title=f"Clients set apart from the suggestions: {len(suggested.apart):,} of {replayed.tally.clients:,}",
        columns=columns,
        rows=tuple(
            (
                printable(replayed.clients[each.client]),
                f"{each.requests:,}",
                f"{each.refused:,}",
                f"{chosen.refused_of(each.client):,}" if chosen else "-",
                f"{each.peak:,}",
                each.why,
            )
            for each in shown
        ),
        numbers=frozenset(columns[1:5]),
        caption=f"then: with the suggested limits.{f' And {more:,} more clients.' if more else ''}",
    )


def _choice(choice: Choice, chosen: Chosen | None) -> Table:
    columns = ("percentile", "setting", "callers refused", "requests refused", "most affected")
    taken = chosen.of(choice) if chosen else choice.suggested
    return Table(
        title=f"Limits to choose from: {_LAYERS[choice.layer]} {choice.name}, by the {choice.measured}",
        columns=columns,
        rows=tuple(
            (
                (percentile_words(each.percentiles) or "plan") + ("\n<- suggested" if index == taken else ""),
                "\n".join(_lines(each)),
                f"{each.callers_refused:,} of {choice.callers:,}",
                f"{each.requests_refused:,} = {share(each.requests_refused, choice.requests)}",
                "\n".join(f"{name} ({count:,})" for name, count in each.who) or "nobody",
            )
            for index, each in enumerate(choice.candidates)
        ),
        caption=f"{_WINDOW} = {choice.chosen.setting[_WINDOW]:.0f}" if _WINDOW in choice.chosen.setting else "",
    )


def _lines(candidate: Candidate) -> Iterator[str]:
    for name, value in candidate.setting.items():
        if name != _WINDOW:
            yield f"{name} = {plain(value).replace(',', '_')}"
    if candidate.is_lowest:
        yield "(AWS's minimum)"
    if candidate.is_granted:
        yield "(room for what a plan grants a key)"


def _replayed_again(chosen: Chosen) -> Table:
    columns = ("callers", "outcome", "requests", "share")
    return Table(
        title="The same log with all suggested limits together",
        columns=columns,
        rows=tuple((who, what, f"{count:,}", share(count, of)) for who, what, count, of in chosen.rows()),
        numbers=frozenset(columns[2:]),
    )


def _file(chosen: Chosen) -> Table:
    return Table(
        title="For the environment file",
        columns=("line",),
        rows=tuple((line,) for line in chosen.written.lines()),
        caption="`spillway check` accepts the file with these lines. If it already has one of these tables, change "
        "the values in it. --write FILE does that in a copy of the file.",
    )


def _refused_though_apart(replayed: Replayed, suggested: Suggestions, chosen: Chosen) -> tuple[str, ...]:
    """Callers that were set apart because they send far more than others may be the best customers."""
    far_above = [each for each in suggested.apart if each.is_far_above]
    refused = {each.client: chosen.refused_of(each.client) for each in far_above}
    said = [
        f"{printable(replayed.clients[each.client])} sent {share(each.requests, replayed.tally.requests)} of the "
        "requests "
        f"and is set apart. The suggested limits refuse {refused[each.client]:,} of its {each.requests:,} requests. "
        "If it "
        f"is a customer, add --customer {printable(replayed.clients[each.client])}"
        for each in far_above[:_MOST_WARNED]
        if refused[each.client]
    ]
    more = sum(1 for each in far_above[_MOST_WARNED:] if refused[each.client])
    return (
        (*said, f"the suggested limits refuse {more:,} more of the clients that are set apart") if more else tuple(said)
    )


def _data(choice: Choice, chosen: Chosen | None) -> dict[str, object]:
    return {
        "layer": choice.layer,
        "name": choice.name,
        "callers": choice.callers,
        "requests": choice.requests,
        "suggested": chosen.of(choice) if chosen else choice.suggested,
        "candidates": [
            {
                "percentiles": list(each.percentiles),
                "setting": each.setting,
                "callers_refused": each.callers_refused,
                "requests_refused": each.requests_refused,
                "share_of_requests_refused": each.requests_refused / choice.requests if choice.requests else 0.0,
                "who": dict(each.who),
                "is_lowest_of_aws": each.is_lowest,
                "is_granted_by_a_plan": each.is_granted,
            }
            for each in choice.candidates
        ],
    }
