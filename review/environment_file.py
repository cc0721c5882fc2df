"""Finds the environment that a command names."""

from pathlib import Path

from review.refusal import ReviewError
from settings.environment import Environment
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
    known = ", ".join(sorted(file.stem for file in folder.glob("*.toml"))) or "none"
    if Path(name).suffix == ".toml":
        raise ReviewError(f"no such file {name}, and {folder.as_posix()} has {known}")
    raise ReviewError(f"no environment {name!r}: {folder.as_posix()} has {known}; or name a .toml file")


def expected_path(name: str) -> Path:
    """The path of the file with that name, whether the file exists or not."""
    as_path = Path(name)
    return as_path if as_path.suffix == ".toml" else environments_folder() / f"{name}.toml"


def read(name: str) -> Environment:
    """The environment of that name or path. Raises ReviewError, EnvironmentFileError."""
    return read_environment(find(name))
