import json
from dataclasses import replace
from pathlib import Path

import pytest

from review.commands import main
from review.layers.layers import RateWindow
from review.simulation.report import report
from review.simulation.traffic import read_traffic, scenarios
from tests.environment_files import ROOT
from tests.review.engine.decided import layers
from tests.review.simulation.traffic_files import STEADY, environment, simulated, traffic


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", scenarios())
def test_every_row_is_one_line_of_eighty_columns(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["simulate", "prod", "--traffic", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    result = report([("prod", simulated(environment("prod"), read_traffic(name)))])
    for table in result.tables:
        for row in table.rows:
            assert any(all(cell in line for cell in row) for line in lines), row


def test_who_got_through_who_was_refused_by_which_layer_and_when() -> None:
    through, refused = report([("local", simulated(environment("local"), read_traffic("abuser")))]).tables
    assert through.columns == ("clients", "n", "requests", "through", "worst", "sent")
    assert [row[:3] for row in through.rows] == [("users", "40", "2,433"), ("abuser", "1", "21,000")]
    assert [row[:2] for row in refused.rows] == [("users", "stage"), ("abuser", "WAF"), ("abuser", "stage")]
    assert {row[4] for row in refused.rows} == {"1:00", "1:30"}


def test_nobody_refused_is_no_empty_table(tmp_path: Path) -> None:
    result = simulated(layers(), traffic(tmp_path, STEADY))
    assert [table.title for table in report([("free", result)]).tables] == ["Who gets through"]


def test_json_holds_every_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["simulate", "local", "--traffic", "abuser", "--without-waf", "--against", "prod", "--format", "json"])
        == 0
    )
    data = json.loads(capsys.readouterr().out)
    assert [(case["title"], case["environment"]) for case in data["cases"]] == [
        ("Throttles alone", "local"),
        ("With the WAF rule", "local"),
        ("prod", "prod"),
    ]
    users = data["cases"][0]["clients"][0]
    assert users["served"] + users["refused"]["stage"]["requests"] == users["sent"]
    assert data["cases"][1]["waf_model"] == {"interval_sec": 10, "lag_sec": 20, "recency": 0.0}


def test_estimates_and_assumptions_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "local", "--traffic", "office", "--format", "markdown", "--waf-lag", "40"]) == 0
    said = capsys.readouterr().out
    assert "WAF is an estimate: here it looks every 10 s, 40 s late, recency 0" in said
    assert "best effort" in said
    assert main(["simulate", "dev", "--traffic", "office", "--format", "markdown"]) == 0
    assert "WAF" not in capsys.readouterr().out, "no estimate where there is no rule"


def test_what_a_rule_that_counts_would_have_stopped_is_said() -> None:
    counting = RateWindow(name="per-ip", limit=10, window_sec=60, blocks=False)
    limits = replace(environment("dev"), windows=(counting,))
    (said,) = [
        note for note in report([("x", simulated(limits, read_traffic("office")))]).notes if "only counts" in note
    ]
    assert said.startswith("x: WAF rule per-ip only counts. If it blocked, it would have refused ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--waf-interval", "7"], "--waf-interval = 7: must divide 60 seconds"),
        (["--waf-lag", "-1"], "--waf-lag = -1: must not be negative"),
        (["--waf-recency", "2"], "--waf-recency = 2: must be between 0 and 1"),
        (["--traffic", "rush_hour"], "no scenario 'rush_hour'"),
        (["--picture", "picture.jpg"], "picture.jpg: a picture ends in .svg or .png"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_1(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "dev", *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert error.count("\n") == 1
