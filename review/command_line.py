"""Running a command line: what the user did wrong is one line on standard error, and no traceback."""

import os
import re
import sys
from collections.abc import Mapping

import typer

HELP_NAMES = ["-h", "--help"]


def run_app(app: typer.Typer, arguments: list[str], *, program: str, instead: Mapping[str, str] | None = None) -> int:
    """The exit status: 1 for input that cannot be used, else what the command says.

    `instead`: what to write instead of commands that other tools have. The context's `obj` is the arguments: what runs
    before a command may want to know that only help is asked for.
    """
    try:
        return int(app(arguments, prog_name=program, standalone_mode=False, obj=tuple(arguments)) or 0)
    except _refusals() as error:
        sys.stderr.write(f"{error}\n")
    except typer.TyperException as error:
        message = _plain(error.format_message().rstrip(".")) + _environments(error)
        if command := re.match(r"No such command '([^']*)'", message):
            ours = (instead or {}).get(command[1])
            message = f"{command[0]}; {ours}" if ours else message
        sys.stderr.write(f"{message}{' See' if message.endswith('?') else '; see'} --help\n")
    except typer.Abort:
        sys.stderr.write("aborted\n")
    except BrokenPipeError:
        # The reader (`head`) has seen enough; nothing may be written when the interpreter closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 1


# typer has pydantic check the words of a command line, and shows its messages, or has messages of its own.
_PLAIN = (
    (r": Value error, ", ": "),
    (r"Input should be a valid integer.*", "must be a whole number"),
    (r"Input should be a valid number.*", "must be a number"),
    (r"Input should be less than or equal to ", "must be at most "),
    (r"Input should be greater than or equal to ", "must be at least "),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", r"unexpected argument: \1"),
)


def _plain(message: str) -> str:
    for pattern, instead in _PLAIN:
        message = re.sub(pattern, instead, message)
    return message


def _environments(error: typer.TyperException) -> str:
    """The environments to choose from, if the error is that none was named."""
    if "Missing argument 'ENVIRONMENT'" not in error.format_message():
        return ""
    from settings.environment_name import known_names  # noqa: PLC0415  # the settings take half a second to import
    from settings.read import environments_folder  # noqa: PLC0415

    return f": {environments_folder().as_posix()} has {known_names()}"


def _refusals() -> tuple[type[Exception], ...]:
    """Looked up when something is raised: pydantic behind it takes half a second to import, and `--help` needs none."""
    from review.refusal import ReviewError  # noqa: PLC0415
    from settings.problem import EnvironmentFileError  # noqa: PLC0415

    return ReviewError, EnvironmentFileError
