"""A report on a terminal, in a pipe, and in a pull request."""

import json
from dataclasses import replace

import pytest

from review.numbers import duration, plain
from review.table import Format, Report, Table, break_path, show

LONG = "POST /v1/organizations/{organization}/assistants/{assistant}/messages"

REPORT = Report(
    title="Title",
    warnings=("a | b",),
    tables=(
        Table(
            title="Table",
            columns=("route", "n", "words"),
            rows=((LONG, "1", "one two\nthree"), ("GET /x", "22", "a|b")),
            numbers=frozenset({"n"}),
            caption="A caption.",
        ),
    ),
    notes=("A note " + "of many words " * 20,),
    data={"a": 1},
)


def test_markdown_is_a_table_with_its_cells_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    show(REPORT, Format.MARKDOWN)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "## Title"
    assert "> **Warning:** a \\| b" in lines
    assert "| --- | ---: | --- |" in lines
    assert f"| {LONG} | 1 | one two<br>three |" in lines
    assert "| GET /x | 22 | a\\|b |" in lines
    assert "A caption." in lines


def test_json_is_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    show(REPORT, Format.JSON)
    assert json.loads(capsys.readouterr().out) == {"a": 1}


def test_a_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    show(REPORT, Format.TABLE)
    lines = capsys.readouterr().out.splitlines()
    assert any(LONG in line and "one two" in line for line in lines)
    assert any(line.startswith("- A note") and line.count("of many words") == 20 for line in lines)
    assert max(map(len, lines)) < 400  # no padding to a fixed width


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_is_never_overrun_and_nothing_is_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    show(REPORT, Format.TABLE)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= width
    for part in ("/v1", "/organizations", "/{organization}", "/assistants", "/{assistant}", "/messages", "three", "22"):
        assert part in out


GROUPED = replace(
    REPORT,
    tables=(
        Table(
            title="Grouped",
            columns=("route", "caller", "allows", "at once"),
            rows=(
                (f"{LONG}\nGET /x", "one IP", "2/s", "40"),
                ("", "key of enterprise", "20/s", "100,000"),
                ("GET /y", "one IP", "2/s", "40"),
            ),
            grouped=True,
        ),
    ),
    assumptions=("Assumed.",),
)


def test_the_first_cell_of_a_group_is_spread_over_its_rows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show(GROUPED, Format.TABLE)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    start = next(number for number, line in enumerate(lines) if line.startswith("─"))
    assert [line.split("   ")[0] for line in lines[start + 1 : start + 6]] == [
        "POST /v1/organizations/{organization}",
        "/assistants/{assistant}/messages",
        "GET /x",
        "",
        "GET /y",
    ]
    assert "one IP" in lines[start + 1]
    assert "key of enterprise" in lines[start + 2]


@pytest.mark.parametrize("width", [44, 50, 60, 72, 80])
def test_no_column_is_lost_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    show(GROUPED, Format.TABLE)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= width
    # Broken over lines where it must be, and whole again without blanks.
    assert sum(line.rstrip().endswith("40") for line in out.splitlines()) == 2


def test_what_is_assumed_is_told_on_a_terminal_if_asked_for_and_always_elsewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(GROUPED, Format.TABLE, explain=False)
    out = capsys.readouterr().out
    assert "Assumed." not in out
    assert out.count("--explain") == 1
    # Where there is no such flag, as in the demo.
    show(GROUPED, Format.TABLE)
    out = capsys.readouterr().out
    assert "- Assumed." in out
    assert "--explain" not in out
    show(GROUPED, Format.MARKDOWN)
    assert "- Assumed." in capsys.readouterr().out
    show(REPORT, Format.TABLE, explain=False)
    assert "--explain" not in capsys.readouterr().out


def test_a_path_is_broken_at_its_slashes() -> None:
    assert break_path(LONG, 40).splitlines() == [
        "POST /v1/organizations/{organization}",
        "/assistants/{assistant}/messages",
    ]
    assert break_path("GET /x", 40) == "GET /x"
    assert break_path("GET /one/two\nGET /x", 9).splitlines() == ["GET /one", "/two", "GET /x"]
    assert break_path("POST /averyveryverylongpart", 10).splitlines() == ["POST", "/averyveryverylongpart"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, "2"),
        (1200.0, "1,200"),
        (0.25, "0.25"),
        (1 / 3, "0.333"),
        (1234.56, "1,234.6"),
        (0, "0"),
        (0.000001, "0.000001"),
        (1 / 30_000, "0.0000333"),
    ],
)
def test_numbers_have_no_digit_that_says_nothing(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "0.5 s"), (45, "45 s"), (90, "1.5 min"), (3600, "1 h"), (86_400, "1 day"), (259_200, "3 days")],
)
def test_a_duration_is_in_the_largest_unit_that_it_fills(seconds: float, text: str) -> None:
    assert duration(seconds) == text
