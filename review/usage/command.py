"""The command `usage`."""

import sys
from typing import Annotated

import typer

from review.options import AsJson, Environment, Output, form_of
from review.refusal import ReviewError
from review.table import Format, show


def usage(
    environment: Environment,
    *,
    form: Output = Format.TABLE,
    as_json: AsJson = False,
    reset: Annotated[
        str | None, typer.Option(metavar="CALLER", help="Reset the usage of this caller: a key's name, or an id.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Reset without asking for confirmation.")] = False,
) -> None:
    """Show what each caller has used of the limits in tokens. Calls AWS with your credentials."""
    form = form_of(form, as_json=as_json)
    from review.environment_file import read
    from review.usage.aws import Aws
    from review.usage.report import report
    from review.usage.usage import id_of_caller, usages

    if yes and reset is None:
        raise ReviewError("--yes needs --reset: nothing else asks")
    if reset is not None and form is not Format.TABLE:
        raise ReviewError("--reset prints what it does, and no report: leave out --format and --json")
    settings = read(environment)
    aws = Aws(settings)
    keys = aws.keys()
    if reset is None:
        show(report(settings, usages(settings, aws.items(), keys)), form)
        return
    caller = id_of_caller(reset, aws.items(), keys)
    sys.stdout.write(f"{aws.reset_call(caller)}\n")
    if not yes:
        typer.confirm("Do it?", abort=True)
    aws.reset(caller)
    sys.stdout.write("done\n")
