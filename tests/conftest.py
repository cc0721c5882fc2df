"""Loaded first, so that the provider package is loaded lazily here like in main.py."""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Any

import pytest

import lazy_provider
from tests import examples  # noqa: F401  # pytest needs its profile at the start
from tests.type_hints import remember_type_hints

lazy_provider.install()
remember_type_hints()

# A make that a test starts is not a part of the make that runs the tests, and has not its variables.
for name in ("ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(name, None)

Remembered = Callable[[str, Iterable[bytes], Callable[[], Any]], Any]


@pytest.fixture(scope="session")
def remembered(pytestconfig: pytest.Config) -> Remembered:
    """The result of a slow program as JSON, kept in pytest's cache while everything that it depends on stays the same.

    Call it with a name, what the result depends on, and a function that returns it. A clean clone has no cached
    results.
    """
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)

    def remember(name: str, depends_on: Iterable[bytes], answer: Callable[[], Any]) -> Any:
        if cache is None:
            return answer()
        state = hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in depends_on)).hexdigest()
        kept = cache.get(f"spillway/{name}", None)
        if kept is None or kept["state"] != state:
            kept = {"state": state, "answer": answer()}
            cache.set(f"spillway/{name}", kept)
        return kept["answer"]

    return remember


def pytest_collection_finish() -> None:
    """Exempt what the packages have allocated from garbage collection, which is otherwise a tenth of the suite's
    time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
