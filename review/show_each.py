"""Prints the reports of several environments, one after the other."""

import json
import sys
from collections.abc import Sequence

import typer

from review.table import Format, Report, show


def show_each(reports: Sequence[Report], refused: Sequence[str], form: Format, *, one: bool, explain: bool) -> None:
    """Print one report, or several in a row. JSON is a list, unless exactly one environment was named. The lines of
    refused files follow, and make the command fail.
    """
    if form is Format.JSON and not one:
        sys.stdout.write(json.dumps([report.data for report in reports], indent=2) + "\n")
    else:
        for number, report in enumerate(reports):
            sys.stdout.write("\n" if number else "")
            sys.stdout.flush()
            show(report, form, explain=explain)
    for line in refused:
        sys.stderr.write(f"{line}\n")
    if refused:
        raise typer.Exit(1)
