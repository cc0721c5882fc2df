"""The command `diff`."""

from typing import Annotated

import typer

from review.options import AsJson, Environment, Output, form_of
from review.refusal import ReviewError
from review.table import Format, show

# Different from 1, which means that the command failed.
_FLAGGED = 2


def diff(
    environment: Environment,
    other: Annotated[str | None, typer.Argument(metavar="OTHER", help="The environment that would replace it.")] = None,
    *,
    base: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="Instead of OTHER: compare with this git revision of the file."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="With --base: compare with this revision instead of the working tree."),
    ] = None,
    form: Output = Format.TABLE,
    as_json: AsJson = False,
    fail_on_flag: Annotated[
        bool, typer.Option("--fail-on-flag", help="Exit with 2 if anything is marked `!!`, or if the base is refused.")
    ] = False,
) -> None:
    """Compare two files, or two git revisions of one file: which limits change, and what a deploy would replace."""
    form = form_of(form, as_json=as_json)
    from review.diff.diff import compare_files, compare_revisions

    if base is None and head is None and other is not None:
        compared = compare_files(environment, other)
    elif base is not None and other is None:
        compared = compare_revisions(environment, base, head)
    else:
        raise ReviewError("diff needs OTHER, or --base REVISION, or --base and --head; see --help")
    show(compared, form)
    if fail_on_flag and (compared.data["flagged"] or compared.data["refused"]):
        raise typer.Exit(_FLAGGED)
