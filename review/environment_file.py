"""Finding the environment that a command names."""

from pathlib import Path

from review.refusal import ReviewError
from settings.environment import Environment
from settings.read import environments_folder, read_environment


def find(name: str) -> Path:
    """`prod` is prod.toml of the folder that ENVIRONMENTS names (default: environments); anything else is a path.

    `prod.toml` is a path first, and then a file of that folder.

    Raises ReviewError where there is no such file.
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
    """Where the file of that name would be, whether it is there now or was once."""
    as_path = Path(name)
    return as_path if as_path.suffix == ".toml" else environments_folder() / f"{name}.toml"


def read(name: str) -> Environment:
    """The environment of that name or path. Raises ReviewError, EnvironmentFileError."""
    return read_environment(find(name))
