"""The refusals and warnings for an environment file's text."""

from pathlib import Path

import pytest

from settings.problem import EnvironmentFileError
from settings.read import read_environment
from tests.environment_files import environment, write


def refusals(folder: Path, text: str) -> list[str]:
    """The lines, without the file's name."""
    file = write(folder, text)
    with pytest.raises(EnvironmentFileError) as caught:
        read_environment(file)
    return without_file(file, caught.value)


def without_file(file: Path, error: EnvironmentFileError) -> list[str]:
    """The lines of a refusal. Each one starts with the file's name."""
    prefix = f"{file.as_posix()}: "
    assert all(line.startswith(prefix) for line in error.lines)
    return [line.removeprefix(prefix) for line in error.lines]


def warnings(folder: Path, text: str) -> list[str]:
    """The warnings for a text that is accepted."""
    return [str(problem) for problem in environment(folder, text).warnings()]
