"""Compilation, kept on disk where that is possible."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_HERE = Path(__file__).parent


def digest(review: Path) -> str:
    """Of everything that is compiled: the engine, and what else of the review says so."""
    found = hashlib.sha256()
    for file in sorted(review.rglob("*.py")):
        text = file.read_bytes()
        if file.parent.name == _HERE.name or b"\n@jit" in text:
            found.update(text + b"\0")
    return found.hexdigest()[:16]


# Numba compiles a function again when its own file has changed, not when one that it calls has
# (https://numba.readthedocs.io/en/stable/developer/caching.html, read 2026-11): so a folder for each state of them all.
# Where it cannot be written, numba takes the user's own cache folder.
_CACHE = _HERE / "__pycache__" / f"numba-{digest(_HERE.parent)}"
vars(numba.config)["CACHE_DIR"] = str(_CACHE)


def is_compiled() -> bool:
    """Whether a run of these sources has left its code."""
    return _CACHE.is_dir()


def jit(function: Function) -> Function:
    """Compile with numba on first use, releasing the GIL. Inlined into its caller, since a call would copy the whole
    state. The function must not allocate: see `_compiled`.
    """
    return _compiled(function, inline="always", _nrt=False)


def jit_apart(function: Function) -> Function:
    """The same for what is large and seldom asked: compiled once, not into each caller, which would take a minute."""
    return _compiled(function, _nrt=False)


def jit_allocating(function: Function) -> Function:
    """The same for what needs memory of its own: new arrays, lists. What it does for each request costs 100 times as
    much.
    """
    return _compiled(function, _nrt=True)


def _compiled(function: Function, **options: Any) -> Function:
    """Compile it, and keep the result on disk if possible.

    `_nrt=False` leaves out numba's runtime, which counts the references to each array of a state whenever the state is
    read: 400 of the 410 nanoseconds of a request without limits. The caller holds all arrays during the call, so that
    only code that allocates needs the counts. Numba documents the option for its own code (github.com/numba/numba
    0.68.1, numba/core/extending.py, `register_jitable`, read 2026-11).
    """
    try:
        return cast("Function", numba.njit(cache=True, nogil=True, **options)(function))
    except RuntimeError:  # numba finds no folder for its cache: a read-only installation without a home
        return cast("Function", numba.njit(nogil=True, **options)(function))
