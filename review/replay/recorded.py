"""Keeps a replay's requests in order of time for a second run, in a temporary file with 21 bytes for each."""

import tempfile
import weakref
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from review.refusal import ReviewError
from review.replay.order import Columns

Number = TypeVar("Number", bound=np.generic)


class Block(NamedTuple):
    """Requests and their outcomes."""

    requests: Columns
    outcomes: NDArray[np.int8]


class Recorded:
    """Stores blocks and returns them as often as needed. The file has no name and disappears with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the object
        weakref.finalize(self, self._file.close)
        self._lengths: list[int] = []
        self._width = 0
        """Numbers of each request's usage."""

    def add(self, requests: Columns, outcomes: NDArray[np.int8]) -> None:
        """Store one block. Raises ReviewError if the disk is full."""
        try:
            for column in (*requests, outcomes):
                if column is not None:
                    self._file.write(np.ascontiguousarray(column).data)
        except OSError as error:
            raise ReviewError(
                f"{tempfile.gettempdir()}: {error.strerror}; a replay keeps 21 bytes of each request there, and "
                "TMPDIR names another folder"
            ) from None
        self._width = 0 if requests.usage is None else requests.usage.shape[1]
        self._lengths.append(len(outcomes))

    def blocks(self) -> Iterator[Block]:
        """All blocks, from the first."""
        self._file.seek(0)
        for length in self._lengths:
            time = self._column(np.int64, length)
            client, route, key = (self._column(np.int32, length) for _ in range(3))
            usage = self._column(np.int64, length * self._width).reshape(length, self._width) if self._width else None
            yield Block(Columns(time, client, route, key, usage), self._column(np.int8, length))

    def _column(self, kind: type[Number], length: int) -> NDArray[Number]:
        # Writable, like the columns of a first run: for others numba would compile the engine again.
        found = np.empty(length, dtype=kind)
        self._file.readinto(found.data)
        return found
