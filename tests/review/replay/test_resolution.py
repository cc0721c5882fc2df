"""Times are used with the precision that they have."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bench.log_lines import LINES
from review.commands import main
from review.engine.outcome import Outcome
from review.engine.rate_window import WafModel
from review.layers.layers import Layers, RateWindow
from review.refusal import ReviewError
from review.replay.columns import said_columns
from review.replay.replay import Log, Replayed, replay
from review.replay.suggest import suggestions
from settings.throttling import Throttle
from tests.environment_files import ROOT
from tests.review.engine.decided import AT_ONCE, layers
from tests.review.replay.logs import START, line, write

START_MS = round(START * 1000)
CASES = ROOT / "tests" / "review" / "replay"


def read(file: Path, limits: Layers, columns: str = "") -> Replayed:
    return replay(limits, Log(files=(file,), columns=said_columns(columns)), WafModel())


def at(ms: int, form: str) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime(form)


def rounded(ms: int) -> str:
    """In a spreadsheet's notation."""
    return f"{ms:.5E}"


WRITTEN: dict[str, tuple[Callable[[int], object], float]] = {
    "milliseconds": (str, 0.001),
    "milliseconds that are whole seconds": (lambda ms: str(ms // 1000 * 1000), 1),
    "milliseconds that are whole minutes": (lambda ms: str(ms // 60_000 * 60_000), 60),
    "seconds": (lambda ms: str(ms // 1000), 1),
    "seconds with a fraction": (lambda ms: f"{ms / 1000:.3f}", 0.001),
    "ISO 8601": (lambda ms: f"{at(ms, '%Y-%m-%dT%H:%M:%S')}.{ms % 1000:03}Z", 0.001),
    "ISO 8601, seconds": (lambda ms: at(ms, "%Y-%m-%dT%H:%M:%SZ"), 1),
    "minutes": (lambda ms: at(ms, "%Y-%m-%d %H:%M"), 60),
    "the Common Log Format": (lambda ms: at(ms, "%d/%b/%Y:%H:%M:%S +0000"), 1),
    "bins of five minutes": (lambda ms: at(ms // 300_000 * 300_000, "%Y-%m-%d %H:%M:%S.000"), 300),
    "rounded exponents": (rounded, 10_000),
    "microseconds": (lambda ms: ms * 1000, 1e-6),
    "nanoseconds": (lambda ms: ms * 1_000_000, 1e-9),
    "thousands": (lambda ms: f"{ms:,}", 0.001),
    "a comma before the milliseconds": (lambda ms: f"{at(ms, '%Y-%m-%d %H:%M:%S')},{ms % 1000:03}", 0.001),
    "ISO 8601, basic": (lambda ms: at(ms, "%Y%m%dT%H%M%SZ"), 1),
    "slashes": (lambda ms: at(ms, "%Y/%m/%d %H:%M"), 60),
    "RFC 2822": (lambda ms: at(ms, "%a, %d %b %Y %H:%M:%S +0000"), 1),
    "the Common Log Format, in brackets": (lambda ms: at(ms, "[%d/%b/%Y:%H:%M:%S +0000]"), 1),
    "hours": (lambda ms: at(ms, "%Y-%m-%d %H"), 3600),
    "days": (lambda ms: at(ms, "%Y-%m-%d"), 86_400),
    "exponents with every digit": (lambda ms: f"{ms:.12E}", 0.001),
    "rounded exponents that are not text": (lambda ms: float(rounded(ms)), 10_000),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_how_exact_a_logs_times_are(tmp_path: Path, how: str) -> None:
    write_time, expected = WRITTEN[how]
    random = np.random.default_rng(1)
    moments = np.sort(random.integers(0, 36_000_000, 3000)).tolist()
    file = tmp_path / "some.log"
    with file.open("w") as stream:
        for moment in moments:
            entry = line(0) | {"requestTimeEpoch": write_time(START_MS + moment)}
            text = json.dumps(entry)
            if how.endswith("not text"):
                text = text.replace(json.dumps(entry["requestTimeEpoch"]), rounded(START_MS + moment))
            stream.write(text + "\n")
    assert read(file, layers()).resolution_sec == pytest.approx(expected)


def test_a_whole_second_in_a_log_of_milliseconds_is_chance(tmp_path: Path) -> None:
    assert read(write(tmp_path, [line(second) for second in range(10)]), layers()).resolution_sec == 0.001


@pytest.mark.parametrize("form", ["%d/%b/%Y:%H:%M:%S +0000", "%Y-%m-%dT%H:%M:%SZ"])
def test_fifty_requests_a_second_are_no_burst_of_fifty(tmp_path: Path, form: str) -> None:
    limits = layers(bucket=Throttle(rate_limit=60, burst_limit=5))
    moments = range(0, 60_000, 20)
    fine = read(write(tmp_path, [line(ms / 1000) for ms in moments]), limits)
    coarse = read(write(tmp_path, [line(0, requestTimeEpoch=at(START_MS + ms, form)) for ms in moments]), limits)
    assert fine.tally.outcomes == coarse.tally.outcomes
    assert coarse.tally.outcomes[Outcome.ACCEPTED] == 3000


def test_what_is_above_the_rate_is_refused_all_the_same(tmp_path: Path) -> None:
    limits = layers(bucket=Throttle(rate_limit=10, burst_limit=5))
    entries = [line(0, requestTimeEpoch=at(START_MS + ms, "%Y-%m-%d %H:%M")) for ms in range(20_000, 620_000, 50)]
    found = read(write(tmp_path, entries), limits)
    assert found.tally.outcomes[Outcome.METHOD] == pytest.approx(6000, abs=20)


def test_the_order_within_a_second_is_the_logs(tmp_path: Path) -> None:
    file = tmp_path / "some.log"
    file.write_text("\n".join(LINES["combined"](START_MS, f"192.0.2.{each}", "POST", "/chat") for each in (3, 1, 2)))
    found = read(file, layers())
    (block,) = found.recorded.blocks()
    assert [found.clients[client] for client in block.requests.client] == ["192.0.2.3", "192.0.2.1", "192.0.2.2"]
    assert (block.requests.time - START_MS * 1000).tolist() == [0, 333_333, 666_666]


def minutes(folder: Path, length_sec: int = 60) -> Path:
    entries = [
        line(0, f"192.0.2.{ms % 3}", requestTimeEpoch=str((START_MS + ms) // (length_sec * 1000) * length_sec * 1000))
        for ms in range(0, 40 * length_sec * 1000, 500 * length_sec // 60)
    ]
    return write(folder, entries)


def test_a_burst_is_not_suggested_by_minutes(tmp_path: Path) -> None:
    found = read(minutes(tmp_path), layers())
    suggested = suggestions(found)
    assert [each.layer for each in suggested.choices] == ["WAF"]
    assert suggested.withheld == (
        "method POST /chat: a rate and a burst need times of a second or finer; this log's are in steps of 60 s.",
    )


def test_no_rate_rule_is_suggested_by_hours(tmp_path: Path) -> None:
    suggested = suggestions(read(minutes(tmp_path, 3600), layers()))
    assert suggested.choices == ()
    assert suggested.withheld[0] == "WAF: the log's times are coarser than its window of 300 s."


def test_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    file = minutes(tmp_path)
    file.write_text(file.read_text().replace("/chat", "/v1/embeddings"))
    assert main(["replay", str(ROOT / "environments" / "prod.toml"), str(file)]) == 0
    said = capsys.readouterr().out
    assert "times in whole minutes" in said
    assert "The times of the log are precise to 1 min" in said
    assert "Not suggested: method POST /v1/embeddings: a rate and a burst need times of a second or finer" in said


COUNTED = """bin(5m),sourceIp,httpMethod,resourcePath,count(*)
2026-03-02 08:25:00.000,192.0.2.1,POST,/chat,3000
2026-03-02 08:25:00.000,192.0.2.2,POST,/chat,30
2026-03-02 08:30:00.000,192.0.2.1,POST,/chat,"3,000"
"""


def test_rows_that_are_counts_need_their_column(tmp_path: Path) -> None:
    file = tmp_path / "some.csv"
    file.write_text(COUNTED)
    with pytest.raises(ReviewError, match=r"some\.csv: column count\(\*\) looks like a number of requests"):
        read(file, layers())


def test_rows_that_are_counts_are_that_many_requests(tmp_path: Path) -> None:
    file = tmp_path / "some.csv"
    file.write_text(COUNTED)
    limits = layers(bucket=Throttle(rate_limit=11, burst_limit=2))
    found = read(file, limits, columns="count=count(*)")
    assert (found.tally.requests, found.resolution_sec, found.problems) == (6030, 300, {})
    assert found.tally.outcomes[Outcome.ACCEPTED] == 6030, "ten a second, evenly, from any number of senders"


def test_a_callers_counted_requests_are_spread_over_the_bin(tmp_path: Path) -> None:
    file = tmp_path / "some.csv"
    file.write_text(COUNTED)
    window = RateWindow(name="w", limit=30, window_sec=60)
    found = replay(layers(windows=[window]), Log(files=(file,), columns=said_columns("count=count(*)")), AT_ONCE)
    refused = dict(zip(found.clients, found.tally.by_client[:, Outcome.WAF].tolist(), strict=False))
    assert refused["192.0.2.2"] == 0
    assert refused["192.0.2.1"] > 5000


@pytest.mark.parametrize(
    ("count", "requests", "problems"),
    [("0", 3000, {}), ("-1", 3000, {"no count that can be read": 1}), ("x", 3000, {"no count that can be read": 1})],
)
def test_a_count_that_is_none(tmp_path: Path, count: str, requests: int, problems: dict[str, int]) -> None:
    file = tmp_path / "some.csv"
    file.write_text(COUNTED.replace("30\n", f"{count}\n").replace('"3,000"', "0"))
    found = read(file, layers(), columns="count=count(*)")
    assert (found.tally.requests, found.problems) == (requests, problems)


def test_counts_of_a_query_in_json(tmp_path: Path) -> None:
    names, *rows = [each.replace('"', "").split(",") for each in COUNTED.replace('"3,000"', "3000").splitlines()]
    results = [[{"field": name, "value": value} for name, value in zip(names, row, strict=True)] for row in rows]
    file = tmp_path / "some.json"
    file.write_text(json.dumps({"results": results, "status": "Complete"}))
    with pytest.raises(ReviewError, match="looks like a number of requests"):
        read(file, layers())
    assert read(file, layers(), columns="count=count(*)").tally.requests == 6030


@pytest.mark.parametrize("order", ["count", "newest first"])
def test_the_rows_of_a_query_come_in_any_order(tmp_path: Path, order: str) -> None:
    first, *rows = COUNTED.splitlines()
    rows = sorted(rows, key=lambda row: row[::-1]) if order == "count" else rows[::-1]
    file = tmp_path / "some.csv"
    file.write_text("\n".join([first, *rows]) + "\n")
    found = read(file, layers(), columns="count=count(*)")
    assert (found.tally.requests, found.problems) == (6030, {})


@pytest.mark.parametrize("name", ["total", "events", "c", "rpm", "doc_count", "number of requests", "_col4"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_counts_are_refused_whatever_their_column_is_called(tmp_path: Path, name: str, form: str) -> None:
    rows = [
        (at(START_MS // 60_000 * 60_000 + minute * 60_000, "%Y-%m-%dT%H:%M:%SZ"), f"192.0.2.{who}")
        for minute in range(9)
        for who in range(3)
    ]
    file = tmp_path / f"some.{form}"
    if form == "csv":
        lines = [f"{time},{ip},POST,/chat,{number + 1}" for number, (time, ip) in enumerate(rows)]
        file.write_text("\n".join([f"time,ip,method,path,{name}", *lines]) + "\n")
    else:
        entries = [{"time": time, "ip": ip, "method": "POST", "path": "/chat", name: 7} for time, ip in rows]
        file.write_text("".join(json.dumps(each) + "\n" for each in entries))
    with pytest.raises(ReviewError, match=f"some.*{name}.*--columns 'count={name}'"):
        read(file, layers())


def test_bins_without_their_counts_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.csv"
    file.write_text("\n".join(each.rsplit(",", 1)[0] for each in COUNTED.replace('"3,000"', "1").splitlines()) + "\n")
    with pytest.raises(ReviewError, match=re.escape("counts of a query by bin(5m), but no column has the numbers")):
        read(file, layers())


@pytest.mark.parametrize("more", ["status,200", "bytes,{number}", "port,{number}", "input_tokens,{number}"])
def test_a_number_of_one_request_is_no_count(tmp_path: Path, more: str) -> None:
    name, value = more.split(",")
    rows = [f"2026-03-02 08:{minute:02},192.0.2.1,POST,/chat,{value.format(number=minute)}" for minute in range(40)]
    file = tmp_path / "some.csv"
    file.write_text("\n".join([f"time,ip,method,path,{name}", *rows]) + "\n")
    assert read(file, layers()).tally.requests == 40


def test_several_requests_of_one_minute_are_no_counts(tmp_path: Path) -> None:
    rows = [f"2026-03-02 08:{number // 5:02},192.0.2.1,POST,/chat,{number}" for number in range(40)]
    file = tmp_path / "some.csv"
    file.write_text("\n".join(["time,ip,method,path,total", *rows]) + "\n")
    assert read(file, layers()).tally.requests == 40


def test_counts_of_a_single_bin_are_no_burst(tmp_path: Path) -> None:
    """One time does not show how long its bin is: at most as long as what it is a multiple of."""
    file = tmp_path / "some.csv"
    file.write_text("minute,ip,method,path,n\n2026-03-02 08:25:00.000,192.0.2.1,POST,/chat,300\n")
    found = read(file, layers(bucket=Throttle(rate_limit=2, burst_limit=2)), columns="time=minute,count=n")
    assert found.resolution_sec == 300
    assert found.tally.outcomes[Outcome.ACCEPTED] == 300
    assert "method POST /chat: a rate and a burst need times" in " ".join(suggestions(found).withheld)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("bin(500ms)", 0.5),
        ("bin(1m)", 60),
        ("bin(2 hours)", 7200),
        ("bin(1hr)", 3600),
        ('"datefloor(@timestamp, 5m)"', 300),
    ],
)
def test_the_length_of_a_bin_is_in_its_name(tmp_path: Path, name: str, seconds: float) -> None:
    file = tmp_path / "some.csv"
    file.write_text(
        f"{name},ip,method,path,count(*)\n2026-03-02 08:00:00.000,192.0.2.1,POST,/chat,3\n"
        "2026-03-02 08:00:00.500,192.0.2.1,POST,/chat,3\n"
    )
    assert read(file, layers(), columns="count=count(*)").resolution_sec == pytest.approx(seconds)


def test_times_of_two_kinds_are_as_good_as_the_coarser(tmp_path: Path) -> None:
    """Every third line is of a server that writes whole seconds: at the start of each second, they would be a burst."""
    entries = []
    for number in range(3000):
        entry = line(number / 50)
        if number % 3 == 0:
            entry["requestTimeEpoch"] = at(START_MS + number * 20, "%Y-%m-%dT%H:%M:%SZ")
        entries.append(entry)
    found = read(write(tmp_path, entries), layers(bucket=Throttle(rate_limit=60, burst_limit=5)))
    assert found.resolution_sec == 1
    assert found.tally.outcomes[Outcome.ACCEPTED] > 2900


def test_trailing_zeros_may_be_left_out(tmp_path: Path) -> None:
    entries = [
        line(0) | {"requestTimeEpoch": f"{START + number * 0.037:.3f}".rstrip("0").rstrip(".")} for number in range(999)
    ]
    assert read(write(tmp_path, entries), layers()).resolution_sec == pytest.approx(0.001)
