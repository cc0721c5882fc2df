"""The refusals and warnings for an environment file's text."""

import re
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
    """The lines of a refusal, each of which names the file first, and the line of it if it can be known."""
    leads = [re.match(rf"{re.escape(file.as_posix())}(:[1-9]\d*)?: ", line) for line in error.lines]
    return [line[lead.end() :] for line, lead in zip(error.lines, leads, strict=True) if lead or pytest.fail(line)]


def warnings(folder: Path, text: str) -> list[str]:
    """The warnings for a text that is accepted."""
    return [str(problem) for problem in environment(folder, text).warnings()]
