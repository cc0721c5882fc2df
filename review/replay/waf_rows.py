"""Assigns a recorded request to WAF's counters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.engine.rate_window import Windows
from review.ip_ranges import IpRanges
from review.layers.layers import Layers, RateWindow
from review.replay.order import Columns
from review.replay.places import Places

_IN_A_LOG = {"ip", "method", "path"}


class WafRows:
    """Numbers the counters: first the shared ones, then a few for each client."""

    def __init__(self, layers: Layers) -> None:
        self._windows = layers.windows
        self.left_out = tuple(window.name for window in layers.windows if not set(window.key) <= _IN_A_LOG)
        """Rules that tell clients apart by something that is not in an access log."""

        keys = [route.key for route in layers.routes]
        self._part = np.full((len(layers.windows), len(keys)), NONE, dtype=np.int64)
        self._per_client = np.zeros(len(layers.windows), dtype=np.bool_)
        self._shared = 0
        self._width = 0
        for rule, window in enumerate(layers.windows):
            if window.name not in self.left_out:
                self._number(rule, window, keys)
        self._places = Places()
        self._ranges = [IpRanges(window.exempt) for window in layers.windows]
        self._exempt = np.zeros((len(layers.windows), 0), dtype=np.bool_)

    def _number(self, rule: int, window: RateWindow, keys: list[str]) -> None:
        self._per_client[rule] = "ip" in window.key
        parts: dict[tuple[str, ...], int] = {}
        for route, key in enumerate(keys):
            if window.covers(key):
                method, path = key.split(" ", 1)
                part = tuple(word for name, word in (("method", method), ("path", path)) if name in window.key)
                self._part[rule, route] = parts.setdefault(part, len(parts))
        inside = self._part[rule] != NONE
        if self._per_client[rule]:
            self._part[rule, inside] += self._width
            self._width += len(parts)
        else:
            self._part[rule, inside] += self._shared
            self._shared += len(parts)

    def meet(self, clients: Sequence[str]) -> None:
        """Add clients, in the order of their numbers, with the rules that each is exempt from."""
        if not any(window.exempt for window in self._windows):
            return
        fresh = np.array([[client in ranges for client in clients] for ranges in self._ranges], dtype=np.bool_).reshape(
            len(self._windows), len(clients)
        )
        self._exempt = np.concatenate([self._exempt, fresh], axis=1)

    def of(self, windows: Windows, requests: Columns) -> NDArray[np.int32]:
        """By rule and request. `windows` is what the rows have counted so far."""
        client, route = requests.client, requests.route
        rows = np.full((len(self._windows), len(client)), NONE, dtype=np.int32)
        place = client
        if self._width and len(client):
            slot = int(requests.time[0]) // windows.interval
            place = self._places.of(client, lambda count: self._idle(windows, count, slot))
        for rule in range(len(self._windows)):
            part = self._part[rule][route]
            inside = part != NONE
            if self._exempt.shape[1]:
                inside &= ~self._exempt[rule][client]
            row = part + (self._shared + place.astype(np.int64) * self._width if self._per_client[rule] else 0)
            rows[rule] = np.where(inside, row, NONE)
        return rows

    def _idle(self, windows: Windows, count: int, slot: int) -> NDArray[np.bool_]:
        """Places whose rows have no count that is still in a window."""
        keys = windows.keys[self._shared : self._shared + count * self._width].reshape(count, self._width)
        aged = keys["touched"] + windows.counts.shape[1] <= slot
        return np.asarray((aged & ~keys["is_hot"]).all(axis=1))

    @property
    def count(self) -> int:
        """Rows in use."""
        return self._shared + self._places.count * self._width
