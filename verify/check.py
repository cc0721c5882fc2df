"""Runs all checks and shows the results."""

import time
from http import HTTPStatus

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from settings.environment import Environment
from verify.answers import Row, row, without_key
from verify.burst import Answer, send
from verify.runs import Runs, Unkeyed, body_of

_UNCHECKED = {
    "stopped by WAF": "stopped by WAF, so this throttle was not checked; try again after the rule's window",
    "stopped by a quota": "the key's quota was used up, so this throttle was not checked",
    "not reached": "not emptied: the requests came too slowly for this bucket, so this throttle was not checked",
}
_STYLES = {"as set": "green", "not as set": "red"} | dict.fromkeys(_UNCHECKED, "yellow")


class Checked:
    """The results: the rows, the differences from the file, what could not be checked, and one 429.

    Raises OSError or http.client.HTTPException if a request gets no answer.
    """

    def __init__(self, settings: Environment, asked: Runs, console: Console) -> None:
        self.rows: list[Row] = []
        self.wrong: list[str] = []
        self.refused: Answer | None = None
        self.unchecked: list[str] = []
        # First, because the bursts may make WAF stop this address.
        without_key = [self._without_key(settings, each) for each in asked.unkeyed]
        for run in asked.bursts:
            time.sleep(run.rest_sec)
            burst = send(run.method, run.url, count=run.count, clients=run.clients, body=run.body, headers=run.headers)
            self.rows.append(row(settings, run, burst))
            limited = (answer for answer in burst.answers if answer.status == HTTPStatus.TOO_MANY_REQUESTS)
            self.refused = self.refused or next(limited, None)
        self._show(console)
        self.wrong += [f"{each.name}: {said}" for each in self.rows for said in each.said]
        verdicts = {each.verdict for each in self.rows}
        self.unchecked += [said for verdict, said in _UNCHECKED.items() if verdict in verdicts]
        for line in without_key:
            console.print(f"  {escape(line)}", soft_wrap=True)

    def _without_key(self, settings: Environment, asked: Unkeyed) -> str:
        """The result in words."""
        (answer,) = send(asked.method, asked.url, count=1, clients=1, body=body_of(asked.method)).answers
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            self.unchecked.append(f"{asked.name}: answered 429, so whether it needs a key was not checked")
            return self.unchecked[-1]
        said = without_key(settings, answer, asked.method)
        self.wrong += [f"{asked.name}: {words}" for words in said]
        return f"{asked.name}: {'; '.join(said) or 'refused as set'}"

    def _show(self, console: Console) -> None:
        # On 80 columns a path continues in the next line. Two paths that are cut off could look the same.
        route, verdict = Column("route", overflow="fold"), Column("", no_wrap=True)
        table = Table(route, "through", "429", "other", "a full bucket allows", verdict, box=SIMPLE, pad_edge=False)
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
