"""`python -m tools.shared_state prod`: refuses an environment whose state is a file on the machine that deploys it.

If that machine is discarded after the deploy, the state is lost, and the next deploy creates a second API.
"""

import sys
from typing import Annotated

import typer

from settings.backend import LocalBackend
from settings.environment import Environment
from settings.environment_name import name_in_folder
from settings.problem import EnvironmentFileError
from settings.read import environments_folder, read_each

app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def main(
    name: Annotated[
        str, typer.Argument(metavar="ENVIRONMENT", help="A name in the folder environments, or a .toml file.")
    ],
) -> None:
    """Do nothing if every machine can reach the environment's state, otherwise exit with 1."""
    try:
        require(name)
    except EnvironmentFileError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


def require(given: str) -> Environment:
    """The environment of that name or file. Other files of the folder may be broken.

    Raises EnvironmentFileError if it is not there or is refused, or if its state is local.
    """
    folder, name = environments_folder(), name_in_folder(given)
    file = f"{folder.as_posix()}/{name}.toml"
    environments, refused = read_each(folder)
    known = {environment.name: environment for environment in environments}
    if name in refused:
        raise refused[name]
    if isinstance(known[name].backend, LocalBackend):
        allowed = (
            'must be "cloud" or "s3": another machine does not have the state file of this one, and would '
            "create everything a second time"
        )
        raise EnvironmentFileError.of(file, f"backend.type = 'local': {allowed}")
    return known[name]


if __name__ == "__main__":
    app()
