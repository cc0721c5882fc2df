"""The app of `python -m review`. Each command is in the folder of its subject, and loads what it needs itself."""

import typer

from review.command_line import HELP_NAMES, run_app
from review.cost.command import cost
from review.diff.command import diff
from review.limits.command import limits
from review.pull_request.command import pull_request
from review.replay.command import replay
from review.simulation.command import simulate
from review.sizing.command import size
from review.usage.command import usage

app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": HELP_NAMES},
    help="What an environment's limits will do, before they are deployed. Needs no AWS account.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command()(limits)
app.command()(diff)
app.command("pull-request")(pull_request)
app.command()(cost)
app.command()(simulate)
app.command()(replay)
app.command()(size)
app.command()(usage)


def main(arguments: list[str]) -> int:
    """Run one command. Reports invalid input in one line on standard error. The result is then 1."""
    return run_app(app, arguments or ["--help"], program="python -m review")
