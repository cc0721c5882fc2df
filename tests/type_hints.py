"""The type hints that jsii's generated code checks arguments by, evaluated once."""

import typing
from functools import cache
from types import FunctionType
from typing import Any

_STUB = "_typecheckingstub__"


def remember_type_hints() -> None:
    """Generated code asks `typing.get_type_hints` of a function of its own, always the same, at every call.

    Evaluating them is half of what the checks cost. The tests keep the checks, which `python -O` leaves out of every
    command (docs/adr/0002), and do not wait for the other half.
    """
    evaluate = typing.get_type_hints
    if evaluate.__module__ == __name__:
        return
    remembered = cache(evaluate)

    def get_type_hints(obj: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
        if isinstance(obj, FunctionType) and obj.__name__.startswith(_STUB):
            return remembered(obj, *arguments, **options)
        return evaluate(obj, *arguments, **options)

    typing.get_type_hints = get_type_hints
