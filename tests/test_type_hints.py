"""jsii's checks of arguments, with hints that are evaluated only once."""

import typing

import pytest
from cdktf import TerraformOutput

from tests.synthesis import app
from tests.type_hints import remember_type_hints


def _typecheckingstub__of_a_test(*, value: "int") -> None: ...


def ordinary(*, value: "int") -> None: ...


def test_the_hints_of_generated_code_are_evaluated_once() -> None:
    hints = typing.get_type_hints(_typecheckingstub__of_a_test)
    assert hints == {"value": int, "return": type(None)}
    assert typing.get_type_hints(_typecheckingstub__of_a_test) is hints


def test_all_others_are_left_alone() -> None:
    hints = typing.get_type_hints(ordinary)
    assert hints == {"value": int, "return": type(None)}
    assert typing.get_type_hints(ordinary) is not hints


def test_installing_again_changes_nothing() -> None:
    installed = typing.get_type_hints
    remember_type_hints()
    assert typing.get_type_hints is installed


@pytest.mark.parametrize("turn", range(2))
def test_a_wrong_argument_is_refused_as_ever(turn: int) -> None:
    with pytest.raises(TypeError, match="type of argument description must be one of"):
        TerraformOutput(app(), f"output_{turn}", value="x", description=1)  # type: ignore[arg-type]
