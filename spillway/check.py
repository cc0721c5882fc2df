"""Whether environment files are accepted, and their warnings."""

from collections.abc import Iterable
from dataclasses import dataclass

from review.environment_file import find_all
from settings.checks import state
from settings.environment import Environment
from settings.problem import EnvironmentFileError, with_values
from settings.read import read_environment, warnings_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """The result for one environment file."""

    file: str
    refused: tuple[str, ...]
    """One line for each mistake, beginning with the file's name."""
    warnings: tuple[str, ...]


def check(names: Iterable[str]) -> tuple[Checked, ...]:
    """Each named environment, or every one of the folder if none is named.

    Raises ReviewError if there is no such file, or none in the folder.
    """
    files = find_all(names)
    accepted, refused = dict[str, Environment](), dict[str, list[str]]()
    for file in files:
        try:
            accepted[file.as_posix()] = read_environment(file)
        except EnvironmentFileError as error:
            refused[file.as_posix()] = list(error.lines)
    for path, problem in state.refused(accepted):
        refused.setdefault(path, []).extend(f"{path}: {each}" for each in with_values(accepted[path], [problem]))
    # Two files with the same name in two folders are not compared.
    beside = len({environment.name for environment in accepted.values()}) == len(accepted)
    groups = [tuple(accepted.values())] if beside else [(environment,) for environment in accepted.values()]
    warnings = [warned for group in groups for warned in warnings_of(group).values()]
    warned_of = {path: tuple(map(str, found)) for path, found in zip(accepted, warnings, strict=True)}
    return tuple(
        Checked(
            file=path,
            refused=tuple(refused.get(path, ())),
            warnings=warned_of.get(path, ()),
        )
        for path in (file.as_posix() for file in files)
    )


def verdict(checked: Iterable[Checked]) -> str:
    """`3 environments: 1 refused, 2 warnings`."""
    checked = tuple(checked)
    refused = sum(bool(each.refused) for each in checked)
    warnings = sum(len(each.warnings) for each in checked)
    found = [f"{refused} refused"] if refused else []
    found += [_counted(warnings, "warning")] if warnings else []
    return f"{_counted(len(checked), 'environment')}: {', '.join(found) or 'accepted without warnings'}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
