"""A table, for a terminal, a pull request or a machine."""

import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from review.visible import escape_markdown, spell_out

if TYPE_CHECKING:
    from rich.table import Table as RichTable

# A pipe or a file gets lines of any length: nobody scrolls there, and `grep` needs whole lines.
_UNBOUNDED = 10_000

# The space between two columns.
_GAP = 3

# A column of words that is narrower than this is hard to read.
_SHORTEST = 8

# In a table with more columns than this, paths get a third of the terminal, otherwise half of it.
_FEW_COLUMNS = 3


class Format(StrEnum):
    """The output format of a command."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of words. A newline in a cell starts a new line in it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[str] = frozenset()
    """Columns that are aligned right."""

    paths: frozenset[str] = frozenset({"route", "resource", "field"})
    """Columns of paths. They are broken at slashes and dots, and only if they would need half of the terminal, or a
    third."""

    grouped: bool = False
    """A row whose first cell is empty belongs to the row above it."""

    caption: str = ""
    """One sentence under it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The output of a command: tables, then notes, and the same as data."""

    title: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    """What this result leaves out or needs."""

    assumptions: tuple[str, ...] = ()
    """What is true for every such result. On a terminal it is shown only with `--explain`."""

    warnings: tuple[str, ...] = ()
    data: dict[str, Any]


def show(report: Report, how: Format, *, explain: bool = True) -> None:
    """Print it. Without `explain`, a table only says how to see what its numbers assume. Other formats contain it."""
    match how:
        case Format.JSON:
            sys.stdout.write(json.dumps(report.data, indent=2) + "\n")
        case Format.MARKDOWN:
            sys.stdout.write(as_markdown(report))
        case Format.TABLE:
            _print_on_terminal(report, explain=explain)


def as_markdown(report: Report) -> str:
    """The report for a pull request."""
    parts = [f"## {escape_markdown(report.title)}"]
    parts += [f"> **Warning:** {escape_markdown(warning)}" for warning in report.warnings]
    for table in report.tables:
        parts += [f"### {escape_markdown(table.title)}", markdown_table(table)]
        if table.caption:
            parts.append(escape_markdown(table.caption))
    if notes := (*report.notes, *report.assumptions):
        parts.append("\n".join(f"- {escape_markdown(note)}" for note in notes))
    return "\n\n".join(parts) + "\n"


def markdown_table(table: Table) -> str:
    """The rows alone, without title and caption."""
    lines = [_markdown_line(table.columns)]
    lines.append(_markdown_line(["---:" if column in table.numbers else "---" for column in table.columns]))
    return "\n".join([*lines, *map(_markdown_line, table.rows)])


def _markdown_line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(escape_markdown, cells)) + " |"


def _print_on_terminal(report: Report, *, explain: bool) -> None:
    # Imported here, because the other formats do not need it.
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    given = "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if sys.stdout.isatty() or given else _UNBOUNDED)
    console.print(Text(spell_out(report.title), style="bold"))
    for warning in report.warnings:
        console.print(Text(spell_out(f"warning: {warning}"), style="yellow"))
    for table in report.tables:
        console.print()
        console.print(Text(spell_out(table.title), style="bold"))
        console.print(_rich_table(table, console.width))
        if table.caption:
            console.print(Text(spell_out(table.caption), style="dim"))
    if lines := [f"- {note}" for note in report.notes] + _assumption_lines(report.assumptions, explain=explain):
        console.print()
        for line in lines:
            console.print(Text(spell_out(line), style="dim"))


def _assumption_lines(assumptions: tuple[str, ...], *, explain: bool) -> list[str]:
    if explain or not assumptions:
        return [f"- {each}" for each in assumptions]
    return ["Add --explain for the assumptions behind these numbers."]


def _rich_table(table: Table, width: int) -> "RichTable":
    from rich import box  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = RichTable(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False)
    longest = _longest_path(table, width)
    widths = _column_widths(table, width, longest)
    for column in table.columns:
        shown.add_column(
            Text(spell_out(column)),
            justify="right" if column in table.numbers else "left",
            no_wrap=column in table.paths,
            width=widths[column] if widths else None,
            overflow="fold",
        )
    groups = [[_broken_paths(table, row, longest) for row in group] for group in _groups(table)]
    # A blank line between groups if one of them has several lines.
    apart = any(len(group) > 1 or any("\n" in cell for cell in group[0]) for group in groups)
    for group in groups:
        rows = _spread(group) if table.grouped else group
        for number, row in enumerate(rows, 1):
            shown.add_row(*map(Text, row), end_section=apart and number == len(rows) and group is not groups[-1])
    return shown


def _longest_path(table: Table, width: int) -> int:
    """What the other columns leave, but at least half of the terminal, or a third."""
    texts = [column for column in _columns(table) if not column.is_path]
    paths = len(table.columns) - len(texts)
    left = (width - sum(column.body for column in texts) - _GAP * (len(table.columns) - 1)) // max(1, paths)
    return max(left, width // (3 if len(table.columns) > _FEW_COLUMNS else 2))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Column:
    """How wide a column would be."""

    name: str
    is_path: bool
    words: int
    """The width with each word on one line."""

    body: int
    """The width with each line of its cells on one line, and each word of its heading."""

    whole: int
    """The width with its heading on one line, too."""


def _columns(table: Table, longest_path: int | None = None) -> list[_Column]:
    found = []
    for index, name in enumerate(table.columns):
        heading, is_path = spell_out(name), name in table.paths
        lines = [line for row in table.rows for line in spell_out(row[index]).split("\n")]
        if is_path and longest_path is not None:
            lines = [part for line in lines for part in break_path(line, longest_path).split("\n")]
        head = max(map(len, heading.split()), default=0)
        body = max(head, *map(len, lines), 0)
        words = max(head, *(len(word) for line in lines for word in line.split()), 0)
        found.append(
            _Column(
                name=name,
                is_path=is_path,
                words=body if is_path else words,
                body=body,
                whole=max(body, len(heading)),
            )
        )
    return found


def _column_widths(table: Table, width: int, longest_path: int) -> dict[str, int] | None:
    """Whole words if they fit, then whole lines of cells, then whole headings. None: not even numbers and paths fit."""
    columns = _columns(table, longest_path)
    room = width - _GAP * (len(columns) - 1)
    found = {column.name: column.words for column in columns}
    # Words are broken before numbers are. The longest come first: a model's id, a hash.
    of_words = [column.name for column in columns if not column.is_path and column.name not in table.numbers]
    while sum(found.values()) > room:
        longest = max(of_words, key=lambda name: found[name], default=None)
        if longest is None or found[longest] <= _SHORTEST:
            return None
        found[longest] -= 1
    for wanted in ({column.name: column.body for column in columns}, {column.name: column.whole for column in columns}):
        # The column that needs least comes first.
        for number, name in enumerate(sorted(found, key=lambda name: wanted[name] - found[name])):
            share = (room - sum(found.values())) // (len(found) - number)
            found[name] += min(share, wanted[name] - found[name])
    return found


def _broken_paths(table: Table, row: tuple[str, ...], longest: int) -> tuple[str, ...]:
    return tuple(
        break_path(spell_out(cell), longest) if name in table.paths else spell_out(cell)
        for name, cell in zip(table.columns, row, strict=True)
    )


def _groups(table: Table) -> list[list[tuple[str, ...]]]:
    groups: list[list[tuple[str, ...]]] = []
    for row in table.rows:
        if table.grouped and groups and not row[0]:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _spread(group: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The lines of the first cell, one on each row of the group, so that they do not make its first row tall."""
    lines = group[0][0].split("\n")
    blank = ("",) * len(group[0])
    most = max(len(lines), len(group))
    padded = (lines + [""] * (most - len(lines)), group + [blank] * (most - len(group)))
    return [(line, *row[1:]) for line, row in zip(*padded, strict=True)]


def break_path(path: str, width: int) -> str:
    """The path on lines of at most that width. Each begins at a space, slash or dot. Longer parts are not broken."""
    return "\n".join(_break_line(line, width) for line in path.split("\n"))


def _break_line(path: str, width: int) -> str:
    lines = [""]
    for part in re.split(r"(?<=.)(?=[ /.])", path):
        if lines[-1] and len((lines[-1] + part).strip()) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.strip() for line in lines)
