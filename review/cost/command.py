"""The command `cost`."""

from pathlib import Path
from typing import Annotated

import typer

from review.answer_seconds import ANSWER_SECONDS
from review.count import count
from review.options import AsJson, Environments, Explain, Output, form_of
from review.show_each import show_each
from review.table import Format


def cost(
    environments: Environments = None,
    *,
    requests: Annotated[
        int,
        typer.Option(
            parser=count, metavar="COUNT", help="Requests per month, including refused ones: 10_000_000 or 10M."
        ),
    ] = 1_000_000,
    blocked: Annotated[
        float,
        typer.Option(min=0, max=1, help="The share of them that WAF blocks, 0 to 1. It sets the size of the WAF log."),
    ] = 0.0,
    seconds: Annotated[
        float,
        typer.Option(min=0.001, max=900, help="Seconds that an answer of a model takes, to its last token."),
    ] = ANSWER_SECONDS,
    prices: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Other prices: a .toml file with tables of review/cost/prices.toml."),
    ] = None,
    free_tier: Annotated[
        bool, typer.Option("--free-tier", help="Subtract the free tier, as if the account had nothing else.")
    ] = False,
    form: Output = Format.TABLE,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Show how much capacity the web ACL uses, and what a month costs in dollars, without the models."""
    form = form_of(form, as_json=as_json)
    from review.cost.bill import Traffic
    from review.cost.prices import read_prices
    from review.cost.report import report
    from review.environment_file import read_each

    traffic, known = Traffic(requests=requests, blocked_share=blocked, answer_seconds=seconds), read_prices(prices)
    read, refused = read_each(environments or ())
    reports = [report(settings, traffic, known, with_free=free_tier) for settings in read]
    show_each(reports, refused, form, one=len(environments or ()) == 1, explain=explain)
