"""Logic with a third answer, None: it depends on what is not known."""

from collections.abc import Iterable


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """False if one is False, whatever the others are. None if it depends on an unknown one."""
    found = set(answers)
    return False if False in found else None if None in found else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """True if one is True, whatever the others are. None if it depends on an unknown one."""
    found = set(answers)
    return True if True in found else None if None in found else False


def opposite(answer: bool | None) -> bool | None:  # noqa: FBT001  # an answer, not a switch
    """None stays None."""
    return None if answer is None else not answer
