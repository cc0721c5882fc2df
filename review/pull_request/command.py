"""The command `pull-request`."""

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from review.options import AsJson, environment_names


class Form(StrEnum):
    """The output format of `pull-request`."""

    MARKDOWN = "markdown"
    JSON = "json"


def pull_request(
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENVIRONMENT",
            help="Names in the folder environments, or .toml files. Default: all, now and at the base.",
            autocompletion=environment_names,
        ),
    ] = None,
    *,
    base: Annotated[str, typer.Option(metavar="REVISION", help="What to compare the working tree with.")] = (
        "origin/main"
    ),
    form: Annotated[Form, typer.Option("--format", metavar="FORM", help="markdown or json.")] = Form.MARKDOWN,
    as_json: AsJson = False,
) -> None:
    """Print what a pull request changes in every environment: limits, cost, and what a deploy replaces."""
    from review.cost.prices import read_prices
    from review.pull_request.comment import comment
    from review.pull_request.data import data
    from review.pull_request.reviewed import State, review

    prices = read_prices(None)
    reviewed = review(environments or (), base, prices)
    if as_json or form == Form.JSON:
        sys.stdout.write(json.dumps(data(reviewed, base), indent=2) + "\n")
    else:
        sys.stdout.write(comment(reviewed, base, prices))
    if any(each.state == State.REFUSED for each in reviewed):
        raise typer.Exit(1)
