"""The command `limits`."""

from typing import Annotated

import typer

from review.options import AsJson, Environments, Explain, Output, form_of
from review.show_each import show_each
from review.table import Format


def limits(
    environments: Environments = None,
    *,
    form: Output = Format.TABLE,
    as_json: AsJson = False,
    details: Annotated[
        bool, typer.Option("--details", help="Also show every layer of every route, one per line.")
    ] = False,
    explain: Explain = False,
) -> None:
    """For every route, show what each layer allows and which limit is reached first."""
    form = form_of(form, as_json=as_json)
    from review.environment_file import read_each
    from review.layers.from_settings import layers_of
    from review.limits.report import report
    from review.limits.token_limits import token_budgets

    read, refused = read_each(environments or ())
    reports = [
        report(
            layers_of(settings),
            tuple(str(warning) for warning in settings.warnings()),
            details=details,
            budgets=token_budgets(settings),
        )
        for settings in read
    ]
    show_each(reports, refused, form, one=len(environments or ()) == 1, explain=explain)
