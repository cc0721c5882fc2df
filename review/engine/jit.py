"""Compilation, kept on disk where that is possible."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Compile on first call, without the interpreter's lock; a folder that cannot be written costs a compilation."""
    try:
        return cast("Function", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba finds no folder for its cache: a read-only installation without a home
        return cast("Function", numba.njit(nogil=True)(function))
