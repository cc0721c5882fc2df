"""Finds the environment that a command names."""

from collections.abc import Iterable
from pathlib import Path

from review.refusal import ReviewError
from settings.environment import Environment
from settings.environment_name import known_names
from settings.problem import EnvironmentFileError
from settings.read import environments_folder, read_environment


def find(name: str) -> Path:
    """`prod` is prod.toml in the folder that ENVIRONMENTS names (default: environments). Anything else is a path.

    `prod.toml` is a path first, and then a file of that folder.

    Raises ReviewError if there is no such file.
    """
    found = expected_path(name)
    if found.is_file():
        return found
    folder = environments_folder()
    in_folder = folder / found.name
    if Path(name).name == name and in_folder.is_file():
        return in_folder
    if Path(name).suffix == ".toml":
        raise ReviewError(f"no such file {name}, and {folder.as_posix()} has {known_names()}")
    raise ReviewError(f"no environment {name!r}: {folder.as_posix()} has {known_names()}; or name a .toml file")


def find_all(names: Iterable[str]) -> list[Path]:
    """The file of each name, or every file of the folder if there are no names.

    Raises ReviewError if there is no such file, or none in the folder.
    """
    if found := [find(name) for name in names]:
        return list(dict.fromkeys(found))
    folder = environments_folder()
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ReviewError(f"{folder.as_posix()}: no .toml file in it; `spillway new NAME` writes one")
    return files


def expected_path(name: str) -> Path:
    """The path of the file with that name, whether the file exists or not."""
    as_path = Path(name)
    return as_path if as_path.suffix == ".toml" else environments_folder() / f"{name}.toml"


def read_each(names: Iterable[str]) -> tuple[list[Environment], list[str]]:
    """The environments of `find_all`, and a line for each mistake in the others. Raises ReviewError."""
    accepted, refused = list[Environment](), list[str]()
    for file in find_all(names):
        try:
            accepted.append(read_environment(file))
        except EnvironmentFileError as error:
            refused += error.lines
    return accepted, refused


def read(name: str) -> Environment:
    """The environment of that name or path. Raises ReviewError, EnvironmentFileError."""
    return read_environment(find(name))
