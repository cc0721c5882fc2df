from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from review.commands import main
from review.engine.outcome import Outcome
from review.layers.from_settings import layers_of
from review.layers.layers import Plan, RateWindow
from review.refusal import ReviewError
from review.simulation.picture import (
    _DASHES,
    _legend_columns,
    _title,
    description,
    draw,
)
from review.simulation.rates import limits_of_each_caller, over_time, shared_limits
from review.simulation.traffic import read_traffic
from settings.read import read_environment
from settings.throttling import Throttle
from settings.usage_plan import Quota
from tests.environment_files import ROOT
from tests.review.engine.decided import layers
from tests.review.simulation.traffic_files import environment, simulated

EVERYONE = read_traffic("everyone")
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


def test_the_environment_and_the_scenario_are_in_the_title(tmp_path: Path) -> None:
    requests = read_traffic("abuser")
    local = ("Throttles alone", simulated(environment("local"), requests))
    said = f"local, abuser: {requests.description}"
    assert _title([local]).replace("\n", " ") == said
    assert _title([local, ("With WAF", local[1])]).replace("\n", " ") == said
    other = ("prod", simulated(environment("prod"), requests))
    assert _title([local, other]).startswith("local and prod, abuser: ")
    assert all(len(each) <= 88 for each in _title([local]).splitlines())
    assert description([local]).startswith(f"abuser: {requests.description}")


def test_a_kind_of_limit_has_the_same_dashes_everywhere() -> None:
    kinds = {
        limit.kind for name in ("local", "prod") for limit in shared_limits(simulated(environment(name), EVERYONE))
    }
    assert kinds == {Outcome.STAGE, Outcome.METHOD}
    assert kinds <= _DASHES.keys()
    assert len(set(_DASHES.values())) == len(_DASHES)


def test_every_plan_is_named_whether_or_not_somebody_holds_a_key_of_it() -> None:
    one, two, three = (Throttle(rate_limit=rate, burst_limit=rate) for rate in (1, 2, 3))
    plans = [
        Plan(name="free", bucket=one, quota=Quota(limit=900, period="DAY")),
        Plan(name="pro", bucket=three, routes={"POST /chat": two}),
    ]
    limits = layers(plans=plans, key_required=True)
    requests = read_traffic("abuser")
    # Forty users hold keys of both, one abuser a key of the first.
    alone = requests.model_copy(update={"clients": requests.clients[1:]})
    assert [limit.words for limit in limits_of_each_caller(simulated(limits, alone))] == [
        "usage plan free, for each key: 1/s, 900 a day",
        "usage plan pro, for each key, held by nobody here: 3/s, 2/s on POST /chat",
    ]
    assert [limit.words for limit in limits_of_each_caller(simulated(limits, requests))] == [
        "usage plan free, for each key: 1/s, 900 a day",
        "usage plan pro, for each key: 3/s, 2/s on POST /chat",
    ]


def test_a_legend_of_long_lines_has_one_column() -> None:
    assert _legend_columns(["accepted", "refused: WAF", "x" * 60], 1) == 2
    assert _legend_columns(["x" * 60, "refused: WAF", "x" * 60], 1) == 1
    assert _legend_columns(["x" * 60, "refused: WAF", "x" * 60], 4) == 2


def test_the_limit_of_one_caller_is_named_and_not_drawn() -> None:
    local = environment("local")
    result = simulated(local, read_traffic("abuser"))
    drawn = [limit.words for limit in shared_limits(result)]
    alone = [limit.words for limit in limits_of_each_caller(result)]
    assert drawn == ["stage throttle, for each method, shared by all: 10/s"]
    assert len(alone) == 1
    assert alone[0].startswith("WAF per-ip, for each client")


def test_the_throttle_of_a_plan_is_of_one_caller() -> None:
    plan = Plan(name="free", bucket=Throttle(rate_limit=1, burst_limit=1))
    result = simulated(layers(plans=[plan], key_required=True), read_traffic("abuser"))
    assert [limit.words for limit in limits_of_each_caller(result)] == ["usage plan free, for each key: 1/s"]
    assert shared_limits(result) == []


def test_limits_in_tokens_are_in_the_picture_and_its_words(tmp_path: Path) -> None:
    example = layers_of(read_environment(ROOT / "docs" / "examples" / "token_limits.toml"))
    result = simulated(example, read_traffic("retrying_sdk"))
    case = ("tokens", result)
    draw([case], tmp_path / "tokens.svg")
    assert "refused: token limit: tokens_per_minute of plan free" in description([case])
    words = [limit.words for limit in limits_of_each_caller(result)]
    assert "sonnet, shared by all: 800,000 tokens/min" in words
    assert not any("per-address" in each for each in words), "it covers another route"
