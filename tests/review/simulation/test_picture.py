from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from review.commands import main
from review.engine.outcome import Outcome
from review.layers.layers import RateWindow
from review.refusal import ReviewError
from review.simulation.picture import description, draw, over_time
from review.simulation.traffic import read_traffic
from tests.environment_files import ROOT
from tests.review.engine.decided import layers
from tests.review.simulation.traffic_files import environment, simulated

PICTURES = ROOT / "docs" / "pictures"

# How docs/pictures/one_abuser.svg and .png are made, from the root: README's first picture.
COMMAND = ("simulate", "local", "--traffic", "abuser", "--without-waf", "--picture")


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_committed_picture_shows_what_its_command_finds(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    drawn = tmp_path / f"one_abuser.{ending}"
    assert main([*COMMAND, str(drawn)]) == 0
    local, requests = environment("local"), read_traffic("abuser")
    cases = [
        ("Throttles alone", simulated(replace(local, windows=()), requests)),
        ("With the WAF rule", simulated(local, requests)),
    ]
    held = description(cases).encode()
    assert held in drawn.read_bytes()
    assert held in (PICTURES / drawn.name).read_bytes(), f"draw it again: python -m review {' '.join(COMMAND)} ..."


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_same_result_gives_the_same_bytes_and_a_small_file(ending: str, tmp_path: Path) -> None:
    case = ("local", simulated(environment("local"), read_traffic("everyone")))
    first, second = tmp_path / f"1.{ending}", tmp_path / f"2.{ending}"
    draw([case], first)
    draw([case], second)
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size < 400_000


def test_everything_that_was_sent_is_in_the_picture() -> None:
    result = simulated(environment("prod"), read_traffic("retrying_sdk"))
    edges, rates = over_time(result)
    drawn = sum(float((rate * np.diff(edges)).sum()) for rate in rates.values())
    assert round(drawn) == len(result.sent.time)
    assert rates[Outcome.METHOD].any()


def test_a_folder_that_is_not_there_is_made_and_one_that_cannot_be_is_said(tmp_path: Path) -> None:
    case = ("x", simulated(layers(windows=[RateWindow(name="w", limit=10, window_sec=60)]), read_traffic("office")))
    draw([case], tmp_path / "new" / "x.png")
    assert (tmp_path / "new" / "x.png").read_bytes().startswith(b"\x89PNG")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReviewError, match="cannot be written"):
        draw([case], tmp_path / "file" / "x.png")
