import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from review.commands import main
from review.replay import progress
from tests.environment_files import ROOT
from tests.review.replay.logs import line, write

ENVIRONMENT = str(ROOT / "environments" / "local.toml")


@pytest.fixture
def log(tmp_path: Path) -> str:
    """Two users, and one that floods from an IPv6 address with the longest possible text."""
    flood = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"
    entries = [line(second, f"192.0.2.{second % 2}", route="POST /myendpoint") for second in range(300)]
    entries += [line(60 + index / 50, flood, route="POST /myendpoint") for index in range(5000)]
    entries = sorted(entries, key=lambda each: each["requestTimeEpoch"])
    return str(write(tmp_path, [*entries, "broken"]))


def test_it_answers_whom_when_and_with_which_limits(
    log: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["replay", ENVIRONMENT, log, "--explain"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert captured.err == "", "no progress where nobody watches"
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("5,300 requests of 3 clients against local, 2026-03-02 08:26:40 to")
    assert "warning: 1 left out: not a JSON object" in lines
    flooder = next(each for each in lines if each.startswith("2001:db8"))
    assert re.fullmatch(r"2001:db8:\S+ +5,000 +4,\d{3} +9\d\.\d% +WAF, stage *", flooder)
    for title in (
        "Outcome of the requests",
        "Clients with the most refused requests",
        "Minutes with the most refused requests: 3 of 3",
    ):
        assert any(each.startswith(title) for each in lines), title
    assert any(each.startswith("Limits to choose from: WAF rule per-ip, by the busiest") for each in lines)
    assert "Clients with the most refused requests: 1 of 1" in lines
    assert "Clients set apart from the suggestions: 1 of 3" in lines
    assert any("WAF is an estimate" in each for each in lines)


def test_json_is_for_machines(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", ENVIRONMENT, log, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["requests"], data["clients"], data["left_out"]) == (5300, 3, {"not a JSON object": 1})
    assert sum(data["outcomes"].values()) == 5300
    hit = data["hit_hardest"][0]
    assert (hit["client"][:8], sum(hit["by"].values())) == ("2001:db8", hit["refused"])
    assert {each["layer"] for each in data["suggestions"]} == {"WAF", "method"}
    assert [each["client"][:8] for each in data["set_apart"]] == ["2001:db8"]


def test_markdown_is_for_a_pull_request(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", ENVIRONMENT, log, "--format", "markdown"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("## 5,300 requests of 3 clients against local")
    assert "> **Warning:** 1 left out: not a JSON object" in said


def test_nobody_hit_is_no_table_of_the_hit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, [line(0, route="POST /myendpoint")])
    assert main(["replay", ENVIRONMENT, str(file)]) == 0
    said = capsys.readouterr().out
    assert "most refused" not in said
    assert "100.0%" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--key-plan", "abc=gold"], "--key-plan abc=gold: must be KEY_ID=PLAN, with a plan of none"),
        (["--columns", "when=ts"], "--columns when=ts: must be one of"),
        (["--waf-interval", "7"], "--waf-interval = 7: must divide 60 seconds"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_1(
    log: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", ENVIRONMENT, log, *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert error.count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_on_a_terminal_and_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert Console(stderr=True).is_terminal
    with progress.progress() as heard:
        heard(512, 1024)
    shown = terminal.getvalue()
    assert "0.5/1.0 kB" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert shown.endswith("\x1b[2K"), "the line is cleared"


def test_nothing_shows_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress() as heard:
        heard(1, 2)
    assert capsys.readouterr().err == ""
