"""Reads environment files: TOML in, settings or every mistake at once out."""

import os
import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from settings.checks import same_names, state
from settings.environment import Environment
from settings.file_reference import PLACE, Place, text_of
from settings.file_schema import file_schema
from settings.problem import EnvironmentFileError, Problem, line_about, refusal, with_values
from settings.secrecy import shown_value
from settings.written_out import written_out

# tomllib needs time quadratic in the number of a key's parts: an hour for what fits into a file. No key of ours has
# ten. A possessive group would find nothing on Python 3.11.0 to 3.11.4: https://github.com/python/cpython/issues/106052
_MOST_PARTS = 64
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
_LONG_KEY = re.compile(rf"(?:^|[\[{{,])[ \t]*+(?:{_PART}\.[ \t]*+){{{_MOST_PARTS},}}{_PART}[=\]]", re.MULTILINE)


def environments_folder() -> Path:
    """The folder of the environment files: ENVIRONMENTS, or `environments` if that variable is not set."""
    return Path(os.environ.get("ENVIRONMENTS") or "environments")


def read_environments(folder: Path) -> tuple[Environment, ...]:
    """Every `*.toml` of the folder, sorted by name.

    Raises EnvironmentFileError with the mistakes of all files together.
    """
    environments, refused = read_each(folder)
    if refused:
        raise EnvironmentFileError(line for error in refused.values() for line in error.lines)
    return environments


def read_each(folder: Path) -> tuple[tuple[Environment, ...], dict[str, EnvironmentFileError]]:
    """The environments of the folder, and the mistakes of each refused file by its name without `.toml`.

    Raises EnvironmentFileError if there is no file to read, or if all are refused.
    """
    if not folder.is_dir():
        raise EnvironmentFileError.of(
            folder.as_posix(), "no such folder; it must contain one .toml file for each environment"
        )
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise EnvironmentFileError.of(folder.as_posix(), "contains no .toml file; each environment is one file")
    environments, refused = dict[str, Environment](), dict[str, EnvironmentFileError]()
    for file in files:
        try:
            environments[file.as_posix()] = read_environment(file)
        except EnvironmentFileError as error:
            refused[file.stem] = error
    for path, problem in list(state.refused(environments)):
        (shown,) = with_values(environments[path], [problem])
        refused[Path(path).stem] = EnvironmentFileError.of(path, str(shown))
        del environments[path]
    if not environments:
        raise EnvironmentFileError(line for error in refused.values() for line in error.lines)
    return tuple(environments.values()), refused


def warnings_of(environments: tuple[Environment, ...]) -> dict[str, tuple[Problem, ...]]:
    """The warnings of the environments of one folder, by name: of each by itself, and of several together."""
    side_by_side = list(same_names.warned({environment.name: environment for environment in environments}))
    return {
        environment.name: (
            *environment.warnings(),
            *with_values(environment, (problem for name, problem in side_by_side if name == environment.name)),
        )
        for environment in environments
    }


def read_environment(file: Path, *, root: Path | None = None) -> Environment:
    """One environment, named after its file.

    The files that it names must be below `root`. Default: its git repository, or its folder without one. Raises
    EnvironmentFileError.
    """
    path = file.as_posix()
    try:
        place = Place(file.parent, root) if root else Place.of(file.parent)
        text = text_of(file)
        if _LONG_KEY.search(text):
            raise EnvironmentFileError.of(path, f"a key has more than {_MOST_PARTS} parts")
        table = tomllib.loads(text)
    except FileNotFoundError:
        raise EnvironmentFileError.of(path, "no such file") from None
    except OSError as error:
        raise EnvironmentFileError.of(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise EnvironmentFileError.of(path, f"is not UTF-8 at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        from settings.toml_error import toml_error  # noqa: PLC0415  # only a refusal needs it

        raise EnvironmentFileError.at(path, [toml_error(text, str(error))]) from None
    except ValueError as error:
        # Python refuses integers of more than 4,300 digits with a message of its own.
        reason = "is not TOML: a number has too many digits" if "digits" in str(error) else str(error)
        raise EnvironmentFileError.of(path, reason) from None
    except RecursionError:
        raise EnvironmentFileError.of(path, "is nested too deep to be read") from None
    _refuse_at_a_glance(path, table)
    try:
        return Environment.model_validate({"name": file.stem, **table}, context={PLACE: place})
    except ValidationError as error:
        from settings.line_number import line_numbers  # noqa: PLC0415  # only a refusal needs it

        plain = written_out(table)
        found = [refusal(detail, table, file_schema(), plain=plain) for detail in error.errors()]
        numbers = line_numbers(text, [where for where, _ in found])
        raise EnvironmentFileError.at(path, zip(numbers, (line for _, line in found), strict=True)) from None


def _refuse_at_a_glance(path: str, table: dict[str, object]) -> None:
    """Refuse an empty file, and a name in the file."""
    if not table:
        raise EnvironmentFileError.of(
            path, "has no keys; README.md has the smallest file, and `spillway new NAME` writes a first one"
        )
    if "name" in table:
        raise EnvironmentFileError.of(
            path,
            line_about(
                ("name",),
                shown_value(("name",), table["name"]),
                "unknown key; the name of the file is the name of the environment",
            ),
        )
