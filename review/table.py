"""A table, for a terminal, a pull request or a machine."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Format(StrEnum):
    """How a command prints."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[str] = frozenset()
    """Columns set flush right."""


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
            _on_terminal(report)


def as_markdown(report: Report) -> str:
    """For a pull request."""
    parts = [f"## {report.title}"]
    parts += [f"> **Warning:** {_cell(warning)}" for warning in report.warnings]
    for table in report.tables:
        lines = [_line(table.columns)]
        lines.append(_line(["---:" if column in table.numbers else "---" for column in table.columns]))
        lines += [_line(row) for row in table.rows]
        parts += [f"### {table.title}", "\n".join(lines)]
    if report.notes:
        parts.append("\n".join(f"- {note}" for note in report.notes))
    return "\n\n".join(parts) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _on_terminal(report: Report) -> None:
    # Imported here: the other formats need none of it.
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    console.print(Text(report.title, style="bold"))
    for warning in report.warnings:
        console.print(Text(f"warning: {warning}", style="yellow"))
    for table in report.tables:
        shown = RichTable(box=box.SIMPLE_HEAD, header_style="dim")
        for column in table.columns:
            shown.add_column(column, justify="right" if column in table.numbers else "left", overflow="fold")
        for row in table.rows:
            shown.add_row(*(Text(cell) for cell in row))
        console.print()
        console.print(Text(table.title, style="bold"))
        console.print(shown)
    if report.notes:
        console.print()
    for note in report.notes:
        console.print(Text(f"- {note}", style="dim"))
