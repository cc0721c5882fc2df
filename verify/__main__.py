"""`python -m verify prod`: 0 if everything is as set, 1 if not or if nothing could be sent, 2 if a bucket was not
emptied.
"""

import sys

import typer

from review.command_line import HELP_NAMES, run_app
from verify.command import verify

if __name__ == "__main__":
    app = typer.Typer(add_completion=False, context_settings={"help_option_names": HELP_NAMES})
    app.command()(verify)
    sys.exit(run_app(app, sys.argv[1:], program="python -m verify"))
