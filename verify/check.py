"""Runs all checks and shows the results."""

import time
from http import HTTPStatus

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from settings.environment import Environment
from verify.answers import Row, row, without_key
from verify.burst import Answer, send
from verify.runs import Runs

_STYLES = {"as set": "green", "not as set": "red", "not reached": "yellow", "stopped by WAF": "yellow"}


class Checked:
    """The results: the rows, the differences from the file, and one 429."""

    def __init__(self, settings: Environment, asked: Runs, console: Console) -> None:
        self.rows: list[Row] = []
        self.wrong: list[str] = []
        self.refused: Answer | None = None
        for run in asked.bursts:
            time.sleep(run.rest_sec)
            burst = send(run.method, run.url, count=run.count, clients=run.clients, headers=run.headers)
            self.rows.append(row(settings, run, burst))
            limited = (answer for answer in burst.answers if answer.status == HTTPStatus.TOO_MANY_REQUESTS)
            self.refused = self.refused or next(limited, None)
        self._show(console)
        self.wrong += [f"{each.name}: {said}" for each in self.rows for said in each.said]
        for each in asked.unkeyed:
            (answer,) = send(each.method, each.url, count=1, clients=1).answers
            said = without_key(settings, answer)
            self.wrong += [f"{each.name}: {words}" for words in said]
            console.print(f"  {escape(each.name)}: {'; '.join(said) or 'refused as set'}", soft_wrap=True)

    def _show(self, console: Console) -> None:
        table = Table("route", "through", "429", "other", "a full bucket allows", "", box=SIMPLE)
        for each in self.rows:
            style = _STYLES[each.verdict]
            table.add_row(
                escape(each.name),
                str(each.through),
                str(each.refused),
                str(each.other),
                f"{each.allowed.start} to {each.allowed.stop - 1}",
                f"[{style}]{each.verdict}[/]",
            )
        console.print(table)
