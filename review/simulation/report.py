"""A simulation in words and numbers."""

from collections.abc import Sequence

from review.engine.outcome import Outcome
from review.numbers import plain, share
from review.simulation.simulate import Group, Result
from review.table import Report, Table

_REFUSED = tuple(outcome for outcome in Outcome if outcome != Outcome.ACCEPTED)


def report(result: Result) -> Report:
    """Who got through, who was refused by which layer, and when."""
    met = [outcome for outcome in _REFUSED if any(group.outcomes[outcome] for group in result.groups)]
    columns = ("clients", "n", "requests", "through", "worst", "sent", *(each.words for each in met))
    table = Table(
        title=f"{result.traffic.name}: {result.traffic.description}",
        columns=(*columns, "first refused"),
        rows=tuple(_row(group, met) for group in result.groups),
        numbers=frozenset(columns[1:]),
    )
    return Report(
        title=f"Simulation of {result.layers.name}, {plain(result.traffic.duration_sec)} s",
        tables=(table,),
        notes=(*_counted(result), *notes(result)),
        data={
            "environment": result.layers.name,
            "traffic": result.traffic.name,
            "duration_sec": result.traffic.duration_sec,
            "clients": [_data(group) for group in result.groups],
            "counted_only": result.counted,
            "assumptions": list(notes(result)),
        },
    )


def notes(result: Result) -> tuple[str, ...]:
    """What is exact, and what is assumed."""
    said = [
        (
            "through: requests served at the first attempt or a retry; worst: the same for the client that fared "
            "worst; sent: retries included."
        ),
        "Token buckets are computed exactly; AWS applies them best effort, so real numbers scatter around these.",
    ]
    said += result.layers.left_out
    if result.layers.windows:
        said.append(
            f"WAF is an estimate: it {result.waf}. AWS publishes none of the three; --help says how to set them."
        )
    said.append("Assumed: a token taken from one layer is not given back when a later layer refuses.")
    if any(plan.quota for plan in result.layers.plans):
        said.append("Assumed: quota periods begin at midnight UTC; throttled requests do not count towards a quota.")
    return tuple(said)


def _counted(result: Result) -> tuple[str, ...]:
    return tuple(
        f"WAF rule {name} only counts: {count:,} requests would have been stopped."
        for name, count in result.counted.items()
    )


def _row(group: Group, met: Sequence[Outcome]) -> tuple[str, ...]:
    first = min(group.first_refusal_sec.items(), key=lambda item: item[1], default=None)
    return (
        group.name,
        f"{group.clients:,}",
        f"{group.requests:,}",
        share(group.served, group.requests),
        f"{100 * group.acceptance.min():.1f}%" if len(group.acceptance) else "-",
        f"{group.sent:,}",
        *(f"{group.outcomes[outcome]:,}" for outcome in met),
        f"{first[1]:.0f} s: {first[0].words}" if first else "never",
    )


def _data(group: Group) -> dict[str, object]:
    return {
        "name": group.name,
        "kind": group.kind,
        "clients": group.clients,
        "requests": group.requests,
        "served": group.served,
        "worst_client_acceptance": float(group.acceptance.min()) if len(group.acceptance) else None,
        "sent": group.sent,
        "outcomes": {outcome.name.lower(): count for outcome, count in group.outcomes.items()},
        "first_refusal_sec": {outcome.name.lower(): when for outcome, when in group.first_refusal_sec.items()},
    }
