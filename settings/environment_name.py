"""The names by which commands call environment files."""

from pathlib import Path

from settings.problem import EnvironmentFileError
from settings.read import environments_folder


def known_names() -> str:
    """The names of the folder's environments, for a message."""
    return ", ".join(sorted(file.stem for file in environments_folder().glob("*.toml"))) or "none"


def name_in_folder(given: str) -> str:
    """The name of an environment of the folder, for a command that works with the whole folder.

    `prod`, `prod.toml` and `environments/prod.toml` are the same one. Raises EnvironmentFileError if the folder has no
    such file.
    """
    folder = environments_folder()
    path = Path(given)
    name = path.name.removesuffix(".toml")
    elsewhere = path.parent != Path() and path.parent.resolve() != folder.resolve()
    if elsewhere and path.is_file():
        raise EnvironmentFileError.of(
            given, f"not in the folder {folder.as_posix()}; the variable ENVIRONMENTS can name another folder"
        )
    if elsewhere or not (folder / f"{name}.toml").is_file():
        raise EnvironmentFileError([f"no environment {given!r}: {folder.as_posix()} has {known_names()}"])
    return name
