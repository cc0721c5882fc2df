"""Places for the active clients only do not change the results."""

from pathlib import Path

import numpy as np
import pytest

from review.engine.engine import NONE
from review.engine.rate_window import WafModel
from review.layers.layers import RateWindow
from review.replay import places, source
from review.replay.places import Places
from review.replay.replay import Replayed
from review.replay.suggest import suggestions
from tests.review.engine.decided import layers
from tests.review.replay.logs import line, replayed, write


def test_who_is_idle_makes_way_and_who_is_asking_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "FEWEST", 2)
    room = Places()
    room._looked_at = 2

    def of(*clients: int, idle: tuple[int, ...] = ()) -> list[int]:
        def is_idle(count: int) -> np.ndarray:
            return np.isin(np.arange(count), idle)

        return [int(each) for each in room.of(np.array(clients, dtype=np.int32), is_idle)]

    assert of(7, 3, 7) == [1, 0, 1]
    assert of(9, 7, idle=(0, 1)) == [0, 1], "place 0 was of client 3; 1 is asking"
    assert room.count == 2
    assert of(3, 9) == [2, 0]
    assert of() == []
    assert NONE not in of(1, 2, 3, 4, 5, 6, 7, 8, 9)


def waves(folder: Path) -> Path:
    """Twenty clients for ten minutes, then others; one returns after an hour."""
    random = np.random.default_rng(3)
    entries = []
    for wave in range(8):
        seconds = np.sort(random.uniform(600 * wave, 600 * wave + 600, 400))
        entries += [
            line(second, f"10.0.{wave}.{client}")
            for second, client in zip(seconds.tolist(), random.integers(0, 20, 400).tolist(), strict=True)
        ]
    entries += [line(4900 + second, "10.0.0.1") for second in range(60)]
    return write(folder, entries)


def test_the_same_is_found_with_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BLOCK", 8000)
    monkeypatch.setattr(source, "READ", 4000)
    window, waf = RateWindow(name="w", limit=12, window_sec=60, key=("ip",)), WafModel(lag_sec=10)
    file = waves(tmp_path)

    def found() -> Replayed:
        return replayed(layers(windows=[window]), file, waf=waf)

    much = found()
    of_much = suggestions(much)
    monkeypatch.setattr(places, "FEWEST", 5)
    counts = []
    count = Places.of

    def watched(self: Places, *arguments: object) -> object:
        answer = count(self, *arguments)  # type: ignore[arg-type]
        counts.append(self.count)
        return answer

    monkeypatch.setattr(Places, "of", watched)
    little = found()
    assert max(counts) < 100, "of 160 clients"
    assert (little.tally.by_client[:160] == much.tally.by_client[:160]).all()
    assert (suggestions(little).choices, suggestions(little).apart) == (of_much.choices, of_much.apart)
