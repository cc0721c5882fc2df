"""Loaded first, so that the provider package is loaded lazily here as it is in main.py."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import pytest

import lazy_provider

lazy_provider.install()

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
