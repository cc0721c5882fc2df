"""An answer that is not known decides nothing that another answer decides without it."""

from itertools import product

import pytest

from settings.waf.three_valued import all_of, any_of, opposite

ANSWERS = (True, False, None)


def every_case(answers: tuple[bool | None, ...]) -> list[tuple[bool, ...]]:
    """What the answers can turn out to be."""
    return list(product(*((True, False) if answer is None else (answer,) for answer in answers)))


def certain(found: set[bool]) -> bool | None:
    return found.pop() if len(found) == 1 else None


@pytest.mark.parametrize("answers", [each for count in range(4) for each in product(ANSWERS, repeat=count)])
def test_an_answer_is_known_if_it_is_the_same_in_every_case(answers: tuple[bool | None, ...]) -> None:
    cases = every_case(answers)
    assert all_of(answers) is certain({all(case) for case in cases})
    assert any_of(answers) is certain({any(case) for case in cases})


def test_the_opposite_of_an_unknown_answer_is_unknown() -> None:
    assert [opposite(answer) for answer in ANSWERS] == [False, True, None]
