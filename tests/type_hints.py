"""Evaluates the type hints by which jsii's generated code checks arguments only once."""

import typing
from functools import cache
from types import FunctionType
from typing import Any

_STUB = "_typecheckingstub__"


def remember_type_hints() -> None:
    """Make `typing.get_type_hints` cache its result for jsii's generated functions.

    Generated code calls it in every call with the same function. Evaluating the hints is half of the cost of the
    checks. The tests keep the checks, which `python -O` removes from every command (docs/adr/0002), and avoid that
    half.
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
