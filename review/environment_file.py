"""Finding the environment that a command names."""

import os
from pathlib import Path

from review.refusal import ReviewError
from settings.environment import Environment
from settings.read import read_environment


def find(name: str) -> Path:
    """`prod` is prod.toml of the folder that ENVIRONMENTS names (default: environments); anything else is a path.

    Raises ReviewError where there is no such file.
    """
    as_path = Path(name)
    if as_path.suffix == ".toml" and as_path.is_file():
        return as_path
    folder = Path(os.environ.get("ENVIRONMENTS", "environments"))
    in_folder = folder / f"{name}.toml"
    if in_folder.is_file():
        return in_folder
    known = ", ".join(sorted(file.stem for file in folder.glob("*.toml"))) or "none"
    raise ReviewError(f"no environment {name!r}: {folder.as_posix()} has {known}; or name a .toml file")


def read(name: str) -> Environment:
    """The environment of that name or path. Raises ReviewError, EnvironmentFileError."""
    return read_environment(find(name))
