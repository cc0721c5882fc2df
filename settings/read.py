"""Reading environment files: TOML in, settings out, or every mistake said at once."""

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from settings.checks import state
from settings.environment import Environment
from settings.file_reference import FOLDER
from settings.file_schema import file_schema
from settings.problem import EnvironmentFileError, describe, shown


def environments_folder() -> Path:
    """Where the environment files are: the folder that ENVIRONMENTS names, by default `environments`."""
    return Path(os.environ.get("ENVIRONMENTS", "environments"))


def read_environments(folder: Path) -> tuple[Environment, ...]:
    """Every `*.toml` of the folder, by name.

    Raises EnvironmentFileError with the mistakes of all files together.
    """
    if not folder.is_dir():
        raise EnvironmentFileError.of(folder.as_posix(), "no such folder; it holds one .toml file for each environment")
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise EnvironmentFileError.of(folder.as_posix(), "no .toml file in it; each one is an environment")
    environments, mistakes = dict[str, Environment](), list[str]()
    for file in files:
        try:
            environments[file.as_posix()] = read_environment(file)
        except EnvironmentFileError as error:
            mistakes += error.lines
    mistakes += [f"{file}: {problem}" for file, problem in state.shared(environments)]
    if mistakes:
        raise EnvironmentFileError(mistakes)
    return tuple(environments.values())


def read_environment(file: Path) -> Environment:
    """One environment, named after its file.

    Raises EnvironmentFileError.
    """
    path = file.as_posix()
    try:
        # -sig: some editors on Windows write a byte order mark, and TOML has no place for it.
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise EnvironmentFileError.of(path, "no such file") from None
    except OSError as error:
        raise EnvironmentFileError.of(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise EnvironmentFileError.of(path, f"is not UTF-8 at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise EnvironmentFileError.of(path, f"is not TOML: {error}") from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits.
        raise EnvironmentFileError.of(path, "is not TOML: a number has too many digits") from None
    except RecursionError:
        raise EnvironmentFileError.of(path, "is nested too deep to be read") from None
    if "name" in table:
        raise EnvironmentFileError.of(
            path, f"name = {shown(table['name'])}: unknown key; the file's own name names the environment"
        )
    try:
        return Environment.model_validate({"name": file.stem, **table}, context={FOLDER: file.parent})
    except ValidationError as error:
        raise EnvironmentFileError.of(
            path, *(describe(detail, table, file_schema()) for detail in error.errors())
        ) from None
