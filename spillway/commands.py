"""The command line. Each command loads what it needs itself, so that `--version`, `--help` and completion are quick."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from demo.command import demo
from deploy.command import deploy
from policy.command import policy
from review.command_line import HELP_NAMES, run_app
from review.cost.command import cost
from review.diff.command import diff
from review.limits.command import limits
from review.options import Environments, environment_names
from review.pull_request.command import pull_request
from review.refusal import ReviewError
from review.replay.command import replay
from review.simulation.command import simulate
from review.sizing.command import size
from review.usage.command import usage
from verify.command import verify

# ruff: noqa: PLC0415  # what reads an environment file takes half a second to import, what synthesizes two

# Different from 1, which means that a file is refused.
_WARNED = 2

_FORWARDED = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

app = typer.Typer(
    name="spillway",
    context_settings={"help_option_names": HELP_NAMES},
    help="Rate limits in front of AI APIs on AWS, from one TOML file for each environment.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Template(StrEnum):
    """The templates of `new`: spillway/new/templates."""

    MINIMAL = "minimal"
    VLLM = "vllm"
    BEDROCK = "bedrock"
    TIERS = "tiers"
    PRIVATE = "private"


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # typer's callback
    if wanted:
        from spillway.version import version

        sys.stdout.write(f"spillway {version()}\n")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001  # its callback does the work
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand != "new" and not {*HELP_NAMES} & {*context.obj}:
        from spillway.version import require_the_version_of_the_project

        require_the_version_of_the_project()


@app.command(short_help="Write an environment file, or a project of your own.")
def new(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="The environment's name: environments/NAME.toml. With --project the default is prod."
        ),
    ] = None,
    template: Annotated[
        Template | None,
        typer.Option("--template", metavar="NAME", help="minimal, vllm, bedrock, tiers or private. Default: minimal."),
    ] = None,
    openapi: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="An OpenAPI document in JSON: one route with a throttle for each operation."
        ),
    ] = None,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="The address of the server behind the routes.")] = "",
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="PATTERN", help="With --from: paths to include, such as '/v1/*'; may be repeated."
        ),
    ] = None,
    region: Annotated[str, typer.Option("--region", metavar="REGION", help="The AWS Region.")] = "us-east-1",
    project: Annotated[
        Path | None,
        typer.Option("--project", metavar="FOLDER", help="Create a project of your own in this folder instead."),
    ] = None,
) -> None:
    """Write an environment file, or with --project a folder for your own files and their CI."""
    from spillway.new.environment import Backend, write_environment
    from spillway.new.project import write_project

    if template and openapi:
        raise ReviewError("--template and --from: name one of the two")
    backend = Backend(
        template=(template or Template.MINIMAL).value, openapi=openapi, url=url, only=tuple(only or ()), region=region
    )
    if project is not None:
        written = write_project(project, name, backend)
    elif name is None:
        raise ReviewError("new needs NAME, or --project FOLDER; see --help")
    else:
        written = write_environment(name, backend)
    for line in written:
        sys.stdout.write(f"{line}\n")


@app.command(short_help="Whether the files are accepted, and their warnings.")
def check(
    environments: Environments = None,
    *,
    fail_on_warning: Annotated[
        bool, typer.Option("--fail-on-warning", help="End with 2 if there is a warning.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check whether the files are accepted, and show their warnings. It ends with 1 if a file is refused."""
    from dataclasses import asdict

    from spillway.check import check as checked_of
    from spillway.check import verdict

    checked = checked_of(environments or ())
    if as_json:
        sys.stdout.write(json.dumps([asdict(each) for each in checked], indent=2) + "\n")
    else:
        for each in checked:
            for line in each.refused:
                sys.stdout.write(f"{line}\n")
            for line in each.warnings:
                sys.stdout.write(f"warning: {Path(each.file).stem}: {line}\n")
        sys.stdout.write(f"{verdict(checked)}\n")
    if any(each.refused for each in checked):
        raise typer.Exit(1)
    if fail_on_warning and any(each.warnings for each in checked):
        raise typer.Exit(_WARNED)


app.command(short_help="Show the limits, and which one each caller reaches first.")(limits)
app.command(short_help="What a month costs, and the web ACL's capacity.")(cost)
app.command(short_help="Which limits change between two files or revisions.")(diff)
app.command("pull-request", short_help="Write the comment for a pull request.")(pull_request)
app.command(short_help="Send made-up traffic through the limits.")(simulate)
app.command(short_help="Send a log through the limits, and suggest limits.")(replay)
app.command(short_help="Calculate limits from users, seconds and slots.")(size)


@app.command(short_help="Write the Terraform JSON of every environment.")
def synth(
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENVIRONMENT",
            help="Names in the folder environments, or .toml files. Default: all. With names, only a mistake in "
            "one of them makes the command fail.",
            autocompletion=environment_names,
        ),
    ] = None,
) -> None:
    """Write the Terraform JSON of every environment to cdktf.out/stacks. The CDKTF CLI runs this too."""
    import os

    from spillway.synthesis import output_folder, synthesize, written

    if status := synthesize(environments or ()):
        raise typer.Exit(status)
    # The CDKTF CLI sets this, and prints names of its own.
    if "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS" not in os.environ:
        for file in written(output_folder()):
            sys.stdout.write(f"wrote {file.as_posix()}\n")


@app.command(short_help="Compare the JSON with the one in snapshots/.")
def snapshot(
    environments: Environments = None,
    *,
    update: Annotated[bool, typer.Option("--update", help="Write the snapshots instead.")] = False,
) -> None:
    """Compare the JSON of every environment with the one in snapshots/. It ends with 1 if it differs."""
    from settings.environment_name import name_in_folder
    from spillway.snapshot import differences, kept, rendered
    from spillway.snapshot import update as write

    names = {name_in_folder(each) for each in environments or ()}
    now, before = rendered(names), kept(names)
    if now is None:
        raise typer.Exit(1)
    if update:
        for line in write(now, before) or ["every snapshot is up to date"]:
            sys.stdout.write(f"{line}\n")
        return
    if lines := differences(now, before):
        for line in lines:
            sys.stdout.write(f"{line}\n")
        sys.stderr.write("the JSON differs; if it should, run: spillway snapshot --update\n")
        raise typer.Exit(1)


app.command(short_help="Run checkov on the synthesized JSON.")(policy)
app.command(short_help="Plan, ask and apply until the stage serves the file.")(deploy)
app.command(short_help="Check whether a deployed stage does what is set.")(verify)
app.command(short_help="Show how much of the limits in tokens callers have used.")(usage)
app.command(short_help="Deploy to a local AWS emulator and show the 429s.")(demo)


def _forward(context: typer.Context, tool: typer.Typer) -> None:
    """Let a command of tools/, which imports AWS's or CDKTF's packages, parse its own arguments."""
    given = context.obj[context.obj.index(context.info_name) + 1 :]
    status = run_app(tool, given, program=f"spillway {context.info_name}")
    if status:
        raise typer.Exit(status)


@app.command("committed", context_settings=_FORWARDED, short_help="Write the JSON to committed/, for Terraform Cloud.")
def committed(context: typer.Context) -> None:
    """Write the JSON to committed/, for a workspace that is connected to the repository."""
    from tools.committed import app as tool

    _forward(context, tool)


@app.command("imports", context_settings=_FORWARDED, short_help="Print the imports that adopt a deployed API.")
def imports(context: typer.Context) -> None:
    """Print the table of imports with which an environment adopts a deployed API."""
    from tools.imports import app as tool

    _forward(context, tool)


@app.command("fetch-log", context_settings=_FORWARDED, short_help="Download the access log of a stage, for replay.")
def fetch_log(context: typer.Context) -> None:
    """Download the access log of a deployed stage, for `replay`."""
    from tools.fetch_log import app as tool

    _forward(context, tool)


# Commands that other tools have, or that typer would take for another one: `destroy` looks like `deploy`.
_INSTEAD = {
    "apply": "spillway deploy ENVIRONMENT applies",
    "destroy": "cdktf destroy ENVIRONMENT removes everything",
    "help": "write spillway --help, or spillway COMMAND --help",
    "import": "spillway imports ENVIRONMENT API adopts a deployed API",
    "init": "spillway new NAME writes a first environment file",
    "lint": "spillway check looks for mistakes",
    "list": "spillway check lists the environments",
    "logs": "spillway fetch-log ENVIRONMENT downloads the access log",
    "ls": "spillway check lists the environments",
    "plan": "spillway deploy ENVIRONMENT shows the plan, and asks before it applies",
    "test": "spillway simulate ENVIRONMENT tries the limits, and spillway verify ENVIRONMENT the deployed stage",
    "validate": "spillway check looks for mistakes",
    "version": "write spillway --version",
}


def main(arguments: list[str]) -> int:
    """Run one command. Reports invalid input in one line on standard error. The result is then 1."""
    return run_app(app, arguments or ["--help"], program="spillway", instead=_INSTEAD)
