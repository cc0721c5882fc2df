"""Loaded first, so that the provider package is loaded lazily here as it is in main.py."""

import gc
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import pytest

import lazy_provider
from tests import examples  # noqa: F401  # its profile is there before pytest asks for it
from tests.type_hints import remember_type_hints

lazy_provider.install()
remember_type_hints()

Remembered = Callable[[str, Iterable[bytes], Callable[[], Any]], Any]


@pytest.fixture(scope="session")
def remembered(pytestconfig: pytest.Config) -> Remembered:
    """What a program of many seconds answers, as JSON, kept by pytest's cache while all that it depends on is the same.

    Called with a name, what the answer depends on, and how to get it. A clean clone remembers nothing.
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
    """What the packages left in memory stays: looking through it for cycles is a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
