"""The command line of the demo. It loads what it needs itself, so that --help is quick."""

from typing import Annotated

import typer


def demo(
    environment: Annotated[
        str, typer.Argument(metavar="ENVIRONMENT", help="A name in the folder environments, or a .toml file.")
    ] = "local",
) -> None:
    """Deploy an environment to a local AWS emulator, call it, show the 429s, and destroy it again."""
    from demo.demonstration import run

    raise typer.Exit(run(environment))
