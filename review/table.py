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

# Into a pipe or a file goes whatever a line needs; nobody is there to scroll, and `grep` wants lines whole.
_UNBOUNDED = 10_000


class Format(StrEnum):
    """How a command prints."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of words. A newline in a cell begins a new line of it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[str] = frozenset()
    """Columns set flush right."""

    paths: frozenset[str] = frozenset({"route", "resource", "field"})
    """Columns of paths: broken at slashes and dots, and only where they would take half of the terminal."""

    caption: str = ""
    """One sentence under it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a command says: tables, then notes, and the same as data."""

    title: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    data: dict[str, Any]


def show(report: Report, how: Format) -> None:
    """Print it."""
    match how:
        case Format.JSON:
            sys.stdout.write(json.dumps(report.data, indent=2) + "\n")
        case Format.MARKDOWN:
            sys.stdout.write(as_markdown(report))
        case Format.TABLE:
            _print_on_terminal(report)


def as_markdown(report: Report) -> str:
    """For a pull request."""
    parts = [f"## {escape_markdown(report.title)}"]
    parts += [f"> **Warning:** {escape_markdown(warning)}" for warning in report.warnings]
    for table in report.tables:
        lines = [_markdown_line(table.columns)]
        lines.append(_markdown_line(["---:" if column in table.numbers else "---" for column in table.columns]))
        lines += [_markdown_line(row) for row in table.rows]
        parts += [f"### {escape_markdown(table.title)}", "\n".join(lines)]
        if table.caption:
            parts.append(escape_markdown(table.caption))
    if report.notes:
        parts.append("\n".join(f"- {escape_markdown(note)}" for note in report.notes))
    return "\n\n".join(parts) + "\n"


def _markdown_line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(escape_markdown, cells)) + " |"


def _print_on_terminal(report: Report) -> None:
    # Imported here: the other formats need none of it.
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
    if report.notes:
        console.print()
    for note in report.notes:
        console.print(Text(spell_out(f"- {note}"), style="dim"))


def _rich_table(table: Table, width: int) -> "RichTable":
    from rich import box  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    several = any("\n" in cell for row in table.rows for cell in row)
    shown = RichTable(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False, leading=int(several))
    for column in table.columns:
        shown.add_column(
            Text(spell_out(column)),
            justify="right" if column in table.numbers else "left",
            no_wrap=column in table.paths,
            overflow="fold",
        )
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        shown.add_row(
            *(
                Text(break_path(spell_out(cell), width // 2) if name in table.paths else spell_out(cell))
                for name, cell in cells
            )
        )
    return shown


def break_path(path: str, width: int) -> str:
    """The path on lines of at most that width, each begun at a space, a slash or a dot; a longer part stays whole."""
    lines = [""]
    for part in re.split(r"(?<=.)(?=[ /.])", path):
        if lines[-1] and len((lines[-1] + part).strip()) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.strip() for line in lines)
