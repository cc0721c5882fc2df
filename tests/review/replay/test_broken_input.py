"""Broken input is counted, reported and left out; it is never fatal and never silent."""

import bz2
import gzip
import io
import json
import lzma
import os
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from review.commands import main
from review.refusal import ReviewError
from review.replay import source
from review.replay.parse import KNOWN_TIMES, NO_CLIENT, NO_ROUTE, NO_TIME, NOT_CSV, NOT_JSON
from review.replay.replay import AHEAD, LATE, UNKNOWN_ROUTE
from tests.environment_files import ROOT
from tests.review.engine.decided import layers
from tests.review.replay.logs import START, Line, line, replayed, write

ANY = layers()


def without(field: str) -> Line:
    return {name: value for name, value in line(0).items() if name != field}


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("no JSON at all", NOT_JSON),
        ('{"requestTimeEpoch": "1772440000000", "sourceIp"', NOT_JSON),
        ("[1, 2]", NOT_JSON),
        ('"text"', NOT_JSON),
        ("null", NOT_JSON),
        ("{} {}", NOT_JSON),
        ("\x00\x00", NOT_JSON),
        (without("requestTimeEpoch"), NO_TIME),
        (line(0, requestTimeEpoch="-"), NO_TIME),
        (line(0, requestTimeEpoch="yesterday"), NO_TIME),
        (line(0, requestTimeEpoch="-5"), NO_TIME),
        (line(0, requestTimeEpoch="0"), NO_TIME),
        (line(0, requestTimeEpoch="99999999999999999999"), NO_TIME),
        (line(0, requestTimeEpoch="9999-12-31T23:59:59Z"), NO_TIME),
        (line(0, requestTimeEpoch="NaN"), NO_TIME),
        (line(0, requestTimeEpoch="Infinity"), NO_TIME),
        (without("sourceIp"), NO_CLIENT),
        (line(0, ip="-"), NO_CLIENT),
        (line(0, ip=""), NO_CLIENT),
        (line(0, ip="x" * 65), NO_CLIENT),
        (json.dumps(line(0) | {"sourceIp": ["192.0.2.1"]}), NO_CLIENT),
        (json.dumps(line(0) | {"sourceIp": None}), NO_CLIENT),
        (without("httpMethod"), NO_ROUTE),
        (without("resourcePath"), NO_ROUTE),
        (line(0, route="GET /nowhere"), UNKNOWN_ROUTE),
        (line(-3600), LATE),
        (line(10**8), AHEAD),
    ],
)
def test_a_line_that_cannot_be_used_is_counted_and_the_others_are_not_lost(
    tmp_path: Path, broken: Line | str, problem: str
) -> None:
    good = [line(second / 10) for second in range(100)]
    found = replayed(ANY, write(tmp_path, [*good[:50], broken, *good[50:]]))
    assert (found.tally.requests, found.problems) == (100, {problem: 1})


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = write(tmp_path, [line(0), "broken", line(1)])
    file.write_bytes(file.read_bytes().replace(b"broken", b'{"sourceIp": "\xff\xfe"}'))
    found = replayed(ANY, file)
    assert (found.tally.requests, found.problems) == (2, {NOT_JSON: 1})


def test_numbers_that_are_not_in_quotes_are_fine(tmp_path: Path) -> None:
    entry = json.dumps(line(0) | {"requestTimeEpoch": START * 1000})
    assert replayed(ANY, write(tmp_path, [entry])).problems == {}


def test_blank_lines_and_carriage_returns_are_no_problem(tmp_path: Path) -> None:
    file = write(tmp_path, [line(0), "", "  ", line(1)])
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n") + json.dumps(line(2)).encode())
    found = replayed(ANY, file)
    assert (found.tally.requests, found.problems) == (3, {})


@pytest.mark.parametrize("name", ["access.log", "access.log.gz"])
def test_a_byte_order_mark_is_no_problem(tmp_path: Path, name: str) -> None:
    first = "\ufeff" + json.dumps(line(0))
    found = replayed(ANY, write(tmp_path, [first, line(1)], name))
    assert (found.tally.requests, found.problems) == (2, {})


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_truncated_gzip_file_is_read_as_far_as_it_goes(tmp_path: Path, kept: float) -> None:
    entries = [line(index / 100, requestId=f"{index * 7919 % 100_003:032x}") for index in range(20_000)]
    file = write(tmp_path, entries, "access.log.gz")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * kept)])
    found = replayed(ANY, file)
    assert found.problems[source.TRUNCATED] == 1
    assert found.problems.get(NOT_JSON, 0) <= 1, "the line in which it is cut"
    assert found.tally.requests > 0.9 * kept * len(entries)


def test_a_gzip_file_that_is_damaged_in_the_middle(tmp_path: Path) -> None:
    file = write(tmp_path, [line(index / 100, requestId=f"{index:032x}") for index in range(20_000)], "x.log.gz")
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 64] = b"\xff" * 64
    file.write_bytes(bytes(content))
    found = replayed(ANY, file)
    assert found.problems[source.TRUNCATED] == 1
    assert found.tally.requests > 5000


def test_a_line_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BLOCK", 4096)
    monkeypatch.setattr(source, "READ", 1000)
    monkeypatch.setattr(source, "LONGEST_LINE", 10_000)
    file = write(tmp_path, [line(0), "x" * 50_000, line(1), line(2)])
    found = replayed(ANY, file)
    assert (found.tally.requests, found.problems) == (3, {source.TOO_LONG: 1})


def test_a_line_that_is_too_long_after_another_one_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LONGEST_LINE", 4)
    problems = Counter[str]()
    blocks = list(source.whole_lines([b"aaaaaa", b"a\nbbbbbb", b"b\nc\n"], problems))
    assert (blocks, problems) == ([b"c\n"], {source.TOO_LONG: 2})


def test_times_out_of_order_are_put_back_within_the_tolerance(tmp_path: Path) -> None:
    entries = [line(second) for second in (0, 5, 3, 64, 4, 66, 5.9, 130)]
    found = replayed(ANY, write(tmp_path, entries))
    # 4 is 60 s behind 64: within the tolerance. 5.9 is 60.1 s behind 66.
    assert (found.tally.requests, found.put_back, found.problems) == (7, 2, {LATE: 1})
    strict = replayed(ANY, write(tmp_path, entries), tolerance_sec=0)
    assert (strict.tally.requests, strict.put_back, strict.problems) == (5, 0, {LATE: 3})


@pytest.mark.parametrize("where", [0, 1, 50, 98, 99])
def test_one_wrong_clock_does_not_make_every_other_line_late(tmp_path: Path, where: int) -> None:
    entries = [line(second) for second in range(100)]
    entries[where] = line(10**7)
    found = replayed(ANY, write(tmp_path, entries))
    # The last line is not contradicted by a later one.
    assert found.problems == ({} if where == 99 else {AHEAD: 1})


def test_a_quiet_log_is_not_out_of_order(tmp_path: Path) -> None:
    """Hours between two requests are not a sign of a wrong clock."""
    found = replayed(ANY, write(tmp_path, [line(7200 * index) for index in range(200)]))
    assert (found.tally.requests, found.problems) == (200, {})


@pytest.mark.parametrize(
    ("text", "requests", "problems"),
    [
        ("{t},192.0.2.1,POST,/chat\n{t},192.0.2.1,POST\n", 1, {NOT_CSV: 1}),
        ("{t},192.0.2.1,POST,/chat\n{t},192.0.2.1,POST,/chat,more\n", 1, {NOT_CSV: 1}),
        ('{t},192.0.2.1,POST,/chat\n{t},"192.0.2.1,POST,/chat\n{t},192.0.2.1,POST,/chat\n', 2, {NOT_CSV: 1}),
        ("{t},192.0.2.1,POST,/chat\n,192.0.2.1,POST,/chat\n{t},,POST,/chat\n", 1, {NO_TIME: 1, NO_CLIENT: 1}),
        ("{t},192.0.2.1,POST,/chat\n\n\n{t},192.0.2.1,POST,/chat", 2, {}),
    ],
)
def test_csv_lines_that_do_not_fit_the_header(
    tmp_path: Path, text: str, requests: int, problems: dict[str, int]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text("time,ip,method,path\n" + text.replace("{t}", f"{START:.0f}"))
    found = replayed(ANY, file)
    assert (found.tally.requests, found.problems) == (requests, problems)


POOL: list[Line | str] = [
    line(0),
    line(1, "192.0.2.2"),
    line(0, route="GET /nowhere"),
    line(0, ip="-"),
    line(0, requestTimeEpoch="x"),
    "not json",
    "{}",
    "[]",
    '{"a": {"b": [1, 2]}}',
    '{"requestTimeEpoch": {"x": 1}}',
    '{"unfinished": ',
    "",
    "\\",
    '{"sourceIp": "\\ud800"}',
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(st.sampled_from(POOL), max_size=40), block=st.sampled_from([64, 500, 100_000]))
def test_every_line_is_either_used_or_counted(tmp_path: Path, entries: list[Line | str], block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "BLOCK", block)
        patch.setattr(source, "READ", block)
        found = replayed(ANY, write(tmp_path, [line(0), *entries]))
    meant = sum(isinstance(each, dict) or bool(each.strip()) for each in entries) + 1
    assert found.tally.requests + sum(found.problems.values()) == meant


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=300), where=st.integers(1, 2000))
@example(noise=b"\0", where=1)
@example(noise=b"\0\0\0", where=1)
def test_no_bytes_are_fatal(tmp_path: Path, noise: bytes, where: int) -> None:
    """Not before the first byte, where they could be the signature of a gzip file."""
    file = write(tmp_path, [line(second) for second in range(20)])
    content = file.read_bytes()
    file.write_bytes(content[:where] + noise + content[where:])
    found = replayed(ANY, file)
    assert found.tally.requests >= 17


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "nothing usable: no line at all"),
        (["x", "y", line(0, ip="-")], "nothing usable: 2 x not a JSON object; 1 x no client address"),
        (
            [line(0, route="GET /nowhere")],
            (
                "nothing usable: 1 x route that the environment does not have, most often GET /nowhere (1); it has "
                "POST /chat"
            ),
        ),
    ],
)
def test_a_file_with_nothing_usable_is_an_error_of_one_line(
    tmp_path: Path, entries: list[Line | str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, entries)
    with pytest.raises(ReviewError) as caught:
        replayed(ANY, file)
    assert str(caught.value) == f"{file.as_posix()}: {said}"
    assert main(["replay", str(ROOT / "environments" / "dev.toml"), str(file)]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match=r"missing\.log: cannot be read: No such file or directory"):
        replayed(ANY, tmp_path / "missing.log")
    with pytest.raises(ReviewError, match=r"is a folder; name the files in it \("):
        replayed(ANY, tmp_path)
    with pytest.raises(ReviewError, match="-: is not a file, and replay reads a log more than once"):
        replayed(ANY, Path("-"))


def test_a_pipe_is_refused_before_a_byte_of_it_is_lost(tmp_path: Path) -> None:
    """The format is recognized by the first lines, and a pipe has them once."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(
        ReviewError, match="is not a file, and replay reads a log more than once; write the log to a file"
    ):
        replayed(ANY, pipe)


def zipped(text: bytes) -> bytes:
    """Stored, not compressed: most lines could be read in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("access.log", text)
    return buffer.getvalue()


def in_tar(text: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("access.log")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (zipped, "is a zip file or a spreadsheet, which replay does not read: unpack the zip file"),
        (in_tar, "is a tar file, which replay does not read: unpack it (tar -xf)"),
        (lambda text: gzip.compress(in_tar(text)), "is a tar file"),
        (bz2.compress, "is compressed with bzip2, which replay does not read: decompress it (bzip2 -d)"),
        (lzma.compress, "is compressed with xz"),
        (lambda text: b"\x28\xb5\x2f\xfd" + text, "is compressed with Zstandard"),
        (
            lambda text: b"PAR1" + text,
            "is a Parquet file, which replay does not read: set the log's output format to JSON",
        ),
    ],
)
def test_a_file_that_is_not_text_is_named_with_what_to_do(
    tmp_path: Path, packed: Callable[[bytes], bytes], said: str
) -> None:
    file = write(tmp_path, [line(second) for second in range(10)])
    file.write_bytes(packed(file.read_bytes()))
    with pytest.raises(ReviewError, match=re.escape(f"{file.as_posix()}: {said}")):
        replayed(ANY, file)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_that_were_joined_have_a_mark_in_the_middle(tmp_path: Path, encoding: str) -> None:
    file = write(tmp_path, [line(0)])
    text = file.read_text().encode(encoding)
    file.write_bytes(text + text)
    found = replayed(ANY, file)
    assert (found.tally.requests, found.problems) == (2, {})


def test_a_time_that_cannot_be_read_is_shown(tmp_path: Path) -> None:
    """`03/02/2026` is two days, so that no reading of it would be right."""
    file = write(tmp_path, [line(0, requestTimeEpoch="03/02/2026 8:26 AM")])
    with pytest.raises(ReviewError) as caught:
        replayed(ANY, file)
    assert str(caught.value) == (
        f"{file.as_posix()}: nothing usable: 1 x {NO_TIME} ({KNOWN_TIMES}); the first is 03/02/2026 8:26 AM"
    )
