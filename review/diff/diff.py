"""`diff` compares two environment files, or one file at two git revisions."""

from dataclasses import replace

from review.diff.report import Side, new_environment, refused_base, report
from review.diff.revision import read_at
from review.environment_file import expected_path, find, read
from review.refusal import ReviewError
from review.table import Report
from settings.problem import EnvironmentFileError


def compare_files(before: str, after: str) -> Report:
    """Compare two environments by name or path. Raises ReviewError, EnvironmentFileError."""
    sides = [Side(name=find(name).as_posix(), environment=read(name)) for name in (before, after)]
    if sides[0].environment.name != sides[1].environment.name:
        sides = [replace(side, name=side.environment.name) for side in sides]
    return report(*sides)


def compare_revisions(environment: str, base: str, head: str | None) -> Report:
    """Compare one environment at two git revisions. Without `head` the newer one is the working tree.

    A file that the base does not have is new. If the base has it but Spillway refuses that version, there is nothing to
    compare with, so that a repair can be reviewed. Raises ReviewError, EnvironmentFileError.
    """
    file = expected_path(environment)
    at_head = read(environment) if head is None else read_at(file, head)
    if at_head is None:
        raise ReviewError(f"{head} has no {file.as_posix()}")
    newer = Side(name=head or "working tree", environment=at_head)
    try:
        at_base = read_at(file, base)
    except EnvironmentFileError as error:
        return refused_base(newer, base, error.lines)
    if at_base is None:
        return new_environment(newer, base)
    return report(Side(name=base, environment=at_base), newer)
