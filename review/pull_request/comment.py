"""A review as one comment in Markdown: changes first, everything else folded away.

No line begins with a value from an environment file, because GitLab executes lines that begin with `/`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from review.cost.prices import Prices
from review.cost.report import NOT_IN_IT, function_note, prices_words
from review.diff.difference import Difference, slot_of
from review.diff.replacement import Change, notable_changes
from review.diff.tables import (
    FLAG,
    FLAGGED,
    limits_table,
    meaning_of,
    routes_table,
    routes_words,
    settings_table,
    steps_table,
    token_limits_table,
)
from review.diff.token_limits import held_limits, held_words
from review.layers.from_settings import layers_of
from review.limits import reached_first
from review.limits.limits import limits
from review.limits.report import assumed
from review.limits.stops_first import stops_first
from review.limits.tables import limit_tables
from review.limits.words import words
from review.pull_request.cost_change import TRAFFIC, CostChange
from review.pull_request.headline import dollars_more, headline, in_order
from review.pull_request.reached_change import ReachedChange
from review.pull_request.reviewed import Comparison, Reviewed, State
from review.table import Table, markdown_table
from review.visible import escape_markdown

_NAMES = ("before", "after")
_FEW_STEPS = 2
"""Up to this many resources need no table."""

_LONGEST_REVISION = 12
"""Length of a commit's hash."""


def comment(reviewed: tuple[Reviewed, ...], base: str, prices: Prices) -> str:
    """The whole comment."""
    changed = in_order(reviewed)
    parts = [f"## {escape_markdown(headline(reviewed))}"]
    for each in changed:
        # If only one environment changes, the headline names it.
        parts += [*([f"### {escape_markdown(each.name)}"] if len(changed) > 1 else []), *_environment(each)]
    parts += _notes(changed)
    if any(each.after for each in changed):
        parts.append(_details("What these numbers assume", [_list(_assumptions(changed, base, prices))]))
    return "\n\n".join(parts) + "\n"


def _environment(reviewed: Reviewed) -> Iterator[str]:
    if reviewed.refused:
        now = "Spillway refuses the file:"
        before = "There is no comparison, because the file at the base is refused:"
        yield _list([now if reviewed.state == State.REFUSED else before, *reviewed.refused])
    if reviewed.state == State.GONE:
        destroy = f"check out a revision that has the file, and run cdktf destroy {reviewed.name}"
        yield _list([f"The file was removed. What it deployed stays until you destroy it: {destroy}."])
    if reviewed.after is None or reviewed.cost is None:
        return
    if reviewed.comparison is None:
        created = ["A deploy creates everything."] if reviewed.state == State.NEW else []
        yield _list([*created, _cost_words(reviewed.cost), *_warnings(map(str, reviewed.after.warnings()))])
        layers = layers_of(reviewed.after)
        tables = (*limit_tables(layers), reached_first.table(stops_first(layers)))
        parts = [part for table in tables for part in (f"**{table.title}**", markdown_table(table))]
        yield _details(f"The limits of {reviewed.name}", parts)
        return
    yield from _comparison(reviewed.name, reviewed.comparison, reviewed.cost)


def _without_numbers(warning: str) -> str:
    """The same for a warning that only has other numbers, or names another route, than before."""
    return re.sub(r"[A-Z]+ /\S*|\d[\d.,]*", "", warning)


def _comparison(name: str, compared: Comparison, cost: CostChange) -> Iterator[str]:
    found, notable = compared.found, notable_changes(compared.steps)
    if found.limits or found.token_limits:
        yield markdown_table(_all_limits(found))
    if compared.reached:
        yield markdown_table(_reached_table(compared.reached, found))
    if found.added or found.removed:
        yield markdown_table(routes_table(found, compared.before, compared.after))
    lines = [*_warnings(compared.new_warnings), _cost_words(cost), *_deploy_words(notable)]
    still = {_without_numbers(warning) for warning in compared.new_warnings}
    resolved = [warning for warning in compared.gone_warnings if _without_numbers(warning) not in still]
    lines += [f"Warning resolved: {warning}" for warning in resolved]
    yield _list(lines)
    if len(_ending(notable)) > _FEW_STEPS:
        yield markdown_table(steps_table(_ending(notable)))
    if found.settings:
        yield markdown_table(settings_table(found.settings, _NAMES))
    yield _details(f"Unchanged in {name}", list(_unchanged(compared, cost)))


def _all_limits(found: Difference) -> Table:
    """Limits in requests, then limits in tokens. Flagged changes come first."""
    tables = (limits_table(found, _NAMES), token_limits_table(found, _NAMES))
    rows = [row for table in tables for row in table.rows]
    rows.sort(key=lambda row: not row[-1].startswith(FLAG))
    return Table(title="", columns=tables[0].columns, rows=tuple(rows))


def _reached_table(reached: Sequence[ReachedChange], found: Difference) -> Table:
    return Table(
        title="",
        columns=("route", "reached first by", *_NAMES),
        rows=tuple(
            (
                routes_words(each.routes, found.kept),
                each.caller,
                each.before.words if each.before else "-",
                each.after.words if each.after else "-",
            )
            for each in reached
        ),
    )


def _cost_words(cost: CostChange) -> str:
    at = f"at {TRAFFIC.requests:,} requests"
    if cost.before is None:
        return f"Cost: ${cost.after:,.2f} a month, {at}."
    if not cost.items:
        return f"Cost: ${cost.after:,.2f} a month, as before, {at}."
    items = ", ".join(f"{item.item} {dollars_more(item.after - item.before)}" for item in cost.items)
    return f"Cost: ${cost.before:,.2f} → ${cost.after:,.2f} a month, {dollars_more(cost.difference)}, {at}: {items}."


def _ending(steps: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(step for step in steps if step.step != "created")


def _deploy_words(steps: Sequence[Change]) -> Iterator[str]:
    ending = _ending(steps)
    if not ending:
        yield "A deploy replaces and destroys nothing."
    elif len(ending) > _FEW_STEPS:
        yield "A deploy replaces or destroys the resources in the table below."
    else:
        verbs = {"replaced": "replaces", "destroyed": "destroys"}
        yield from (f"A deploy {verbs[step.step]} {step.address}: {meaning_of(step)}" for step in ending)
    created = [step.address for step in steps if step.step == "created"]
    if created:
        yield f"A deploy creates {', '.join(created)}."


def _unchanged(compared: Comparison, cost: CostChange) -> Iterator[str]:
    table = _kept_table(compared)
    if table.rows:
        yield markdown_table(table)
    items = ", ".join(f"{line.item} ${line.dollars:,.2f}" for line in cost.kept if round(line.dollars, 2))
    yield _list([f"Cost a month: {items}.", *_warnings(compared.old_warnings)])


def _kept_table(compared: Comparison) -> Table:
    """The unchanged limits of the routes that existed before, even if their path changed."""
    found = compared.found
    kept = (*found.kept, *(is_now for _, is_now in found.renamed))
    changed = {(route, change.slot) for change in found.limits for route in change.routes}
    rows: dict[tuple[str, str], list[str]] = {}
    for each in limits(layers_of(compared.after)):
        if each.route in kept and (each.route, slot_of(each)) not in changed:
            rows.setdefault((f"{each.layer} {each.name}".strip(), words(each)), []).append(each.route)
    in_tokens = {(route, each.name, each.limit) for each in found.token_limits for route in each.routes}
    for (route, name, limit), held in held_limits(compared.after).items():
        if route in kept and (route, name, limit) not in in_tokens:
            rows.setdefault((f"{name} {limit}", held_words(held)), []).append(route)
    return Table(
        title="",
        columns=("route", "limit", "value"),
        rows=tuple((routes_words(tuple(routes), kept), *cells) for cells, routes in rows.items()),
    )


def _notes(changed: Sequence[Reviewed]) -> Iterator[str]:
    """Each note once, with the environments that it applies to unless these are all that change."""
    concerned: dict[str, list[str]] = {}
    for each in changed:
        for note in each.comparison.notes if each.comparison else ():
            concerned.setdefault(note, []).append(each.name)
    if concerned:
        yield _list(
            [note if len(names) == len(changed) else f"{', '.join(names)}: {note}" for note, names in concerned.items()]
        )


def _assumptions(changed: Sequence[Reviewed], base: str, prices: Prices) -> Iterator[str]:
    yield f"before: {_revision(base)}; after: this change. {FLAG} {FLAGGED}."
    notes = dict.fromkeys(line for each in changed if each.after for line in assumed(layers_of(each.after)))
    yield " ".join(notes)
    left_out = [note for each in changed if each.after for note in layers_of(each.after).left_out]
    yield from dict.fromkeys(left_out)
    yield f"{prices_words(prices)}. Not in it: {'; '.join(NOT_IN_IT)}."
    for each in changed:
        if each.after:
            yield from (f"{each.name}: {note}" for note in function_note(each.after, TRAFFIC))


def _revision(base: str) -> str:
    is_hash = len(base) > _LONGEST_REVISION and set(base) <= set("0123456789abcdef")
    return base[:_LONGEST_REVISION] if is_hash else base


def _warnings(warnings: Iterable[str]) -> Iterator[str]:
    return (f"Warning: {warning}" for warning in warnings)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {escape_markdown(line)}" for line in lines)


def _details(summary: str, parts: Sequence[str]) -> str:
    # GitHub and GitLab read Markdown inside the element after an empty line.
    return "\n\n".join([f"<details><summary>{escape_markdown(summary)}</summary>", *parts, "</details>"])
