"""Our own access log, in every form in which CloudWatch exports it."""

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.log_lines import LINES
from review.engine.rate_window import WafModel
from review.refusal import ReviewError
from review.replay import source
from review.replay.envelopes.log_events import CUT
from review.replay.parse import NOT_JSON
from review.replay.replay import Log, Replayed, replay
from tests.review.engine.decided import layers
from tests.review.replay.logs import START, line

ENTRIES = [line(second, f"192.0.2.{second % 7}", userAgent='a "quoted" \\ agent') for second in range(100)]
MESSAGES = [json.dumps(entry, separators=(",", ":")) for entry in ENTRIES]
TIMES = [round((START + second) * 1000) for second in range(100)]
STREAM = "0a1b2c3d4e5f"


def stamp(ms: int, form: str = "%Y-%m-%dT%H:%M:%S") -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime(form)


def events(messages: list[str] = MESSAGES) -> list[dict[str, object]]:
    return [
        {"logStreamName": STREAM, "timestamp": at, "message": message, "ingestionTime": at + 1, "eventId": "1"}
        for at, message in zip(TIMES, messages, strict=True)
    ]


def subscription(messages: list[str], number: int = 0) -> str:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html"""
    sent = [{"id": "1", "timestamp": TIMES[number], "message": message} for message in messages]
    envelope = {"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g", "logStream": "s", "logEvents": sent}
    return json.dumps(envelope, separators=(",", ":"))


def subscriptions() -> list[str]:
    return [subscription(MESSAGES[first : first + 10]) for first in range(0, 100, 10)]


def control() -> str:
    said = "CWL CONTROL MESSAGE: Checking health of destination Firehose."
    return json.dumps({"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "timestamp": 1, "message": said}]})


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode())).decode()


def insights(names: list[str]) -> str:
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(names)
    for at, message in zip(TIMES, MESSAGES, strict=True):
        values = {"@timestamp": f"{stamp(at, '%Y-%m-%d %H:%M:%S')}.000", "@message": message, "@logStream": STREAM}
        rows.writerow([values[name] for name in names])
    return written.getvalue()


def newest_first(text: str) -> str:
    first, *lines = text.splitlines()
    return "\n".join([first, *reversed(lines)]) + "\n"


def query_results() -> str:
    rows = [
        [
            {"field": "@timestamp", "value": stamp(at)},
            {"field": "@message", "value": message},
            {"field": "@ptr", "value": "x"},
        ]
        for at, message in zip(TIMES, MESSAGES, strict=True)
    ]
    return json.dumps({"results": list(reversed(rows)), "status": "Complete"}, indent=4)


WAYS: dict[str, Callable[[], str | bytes]] = {
    "lines": lambda: "\n".join(MESSAGES) + "\n",
    "newest first": lambda: "\n".join(reversed(MESSAGES)) + "\n",
    "export to S3": lambda: "".join(
        f"{stamp(at)}.000Z {message}\n" for at, message in zip(TIMES, MESSAGES, strict=True)
    ),
    "filter-log-events": lambda: json.dumps({"events": events(), "searchedLogStreams": []}, indent=4),
    "filter-log-events, compact": lambda: json.dumps({"events": events(), "searchedLogStreams": []}),
    "filter-log-events, pages": lambda: "\n".join(
        json.dumps({"events": events()[at : at + 9]}, indent=1) for at in range(0, 100, 9)
    ),
    # github.com/aws/aws-cli, awscli/text.py: the fields in the order of their names.
    "filter-log-events as text": lambda: "".join(
        f"EVENTS\t123456\t{at + 1}\t{STREAM}\t{message}\t{at}\n" for at, message in zip(TIMES, MESSAGES, strict=True)
    ),
    "get-log-events as text": lambda: (
        "b/123/s\tf/456/s\n"
        + "".join(f"EVENTS\t{at + 1}\t{message}\t{at}\n" for at, message in zip(TIMES, MESSAGES, strict=True))
    ),
    "get-log-events": lambda: json.dumps(
        {
            "events": [
                {k: v for k, v in each.items() if k in {"timestamp", "message", "ingestionTime"}} for each in events()
            ]
        }
    ),
    "aws logs tail": lambda: "".join(
        f"{stamp(at)}.000000+00:00 {STREAM} {message}\n" for at, message in zip(TIMES, MESSAGES, strict=True)
    ),
    "aws logs tail --format short": lambda: "".join(
        f"{stamp(at)} {message}\n" for at, message in zip(TIMES, MESSAGES, strict=True)
    ),
    "aws logs tail --format json": lambda: "".join(
        f"{stamp(at)}.000000+00:00 {STREAM} {json.dumps(entry, indent=4)}\n"
        for at, entry in zip(TIMES, ENTRIES, strict=True)
    ),
    "Firehose": lambda: "".join([control(), *subscriptions()]),
    "Firehose, with newlines": lambda: "\n".join([control(), *subscriptions()]),
    "Firehose, members of gzip": lambda: b"".join(gzip.compress(each.encode()) for each in subscriptions()),
    "Firehose, packed twice": lambda: gzip.compress(b"".join(gzip.compress(each.encode()) for each in subscriptions())),
    "Firehose, straight from the stage": lambda: "".join(MESSAGES),
    "Lambda": lambda: "\n".join(json.dumps({"awslogs": {"data": packed(each)}}) for each in subscriptions()),
    "Kinesis": lambda: json.dumps({"Records": [{"kinesis": {"data": packed(each)}} for each in subscriptions()]}),
    "an HTTP endpoint": lambda: json.dumps(
        {"requestId": "x", "records": [{"data": packed(each)} for each in subscriptions()]}
    ),
    "Logs Insights": lambda: insights(["@timestamp", "@message"]),
    "Logs Insights, as JSON": lambda: json.dumps(
        [{"@timestamp": stamp(at), "@message": message} for at, message in zip(TIMES, MESSAGES, strict=True)]
    ),
    "the console's events": lambda: insights(["@timestamp", "@message"]).replace(
        "@timestamp,@message", "timestamp,message"
    ),
    "--query events[].[timestamp,message]": lambda: json.dumps(
        [[at, message] for at, message in zip(TIMES, MESSAGES, strict=True)], indent=4
    ),
    "--query events[].{t:timestamp,s:logStreamName,m:message}": lambda: json.dumps(
        [{"t": at, "s": STREAM, "m": message} for at, message in zip(TIMES, MESSAGES, strict=True)]
    ),
    "the payload of a subscription": lambda: "\n".join(packed(each) for each in subscriptions()),
    "the payload of a subscription, as base64 writes it": lambda: "".join(
        base64.encodebytes(gzip.compress(each.encode())).decode() for each in subscriptions()
    ),
    "Logs Insights, @message as an object": lambda: json.dumps(
        [{"@timestamp": stamp(at), "@message": entry} for at, entry in zip(TIMES, ENTRIES, strict=True)]
    ),
    "Logs Insights, @message alone": lambda: json.dumps([{"@message": message} for message in MESSAGES]),
    "Docker": lambda: "".join(
        json.dumps({"log": f"{message}\n", "stream": "stdout", "time": f"{stamp(at)}Z"}) + "\n"
        for at, message in zip(TIMES, MESSAGES, strict=True)
    ),
    "a node of Kubernetes": lambda: "".join(
        f"{stamp(at)}.000000000Z stdout F {message}\n" for at, message in zip(TIMES, MESSAGES, strict=True)
    ),
    "docker compose logs": lambda: "".join(f"web-1  | {message}\n" for message in MESSAGES),
    "kubectl logs --prefix": lambda: "".join(f"[pod/web-0/nginx] {message}\n" for message in MESSAGES),
    "syslog": lambda: "".join(
        f"{stamp(at, '%b %e %H:%M:%S')} web-1 nginx: {message}\n" for at, message in zip(TIMES, MESSAGES, strict=True)
    ),
    "--query events[].message": lambda: json.dumps(MESSAGES, indent=4),
    "--query events[].[message]": lambda: json.dumps([[message] for message in MESSAGES], indent=4),
    "--query events[].message, as text": lambda: "\t".join(MESSAGES),
    "Logs Insights, columns otherwise": lambda: insights(["@message", "@logStream", "@timestamp"]),
    "Logs Insights, newest first": lambda: newest_first(insights(["@timestamp", "@message"])),
    "get-query-results": query_results,
    "one array": lambda: json.dumps(ENTRIES),
    "jq": lambda: "\n".join(json.dumps(entry, indent=2) for entry in ENTRIES),
}


def read(file: Path) -> Replayed:
    return replay(layers(), Log(files=(file,)), WafModel())


def write(folder: Path, way: str) -> Path:
    file, content = folder / "some.log", WAYS[way]()
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def times(found: Replayed) -> list[int]:
    return [time // 1000 for block in found.recorded.blocks() for time in block.requests.time.tolist()]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("block", [700, 10_000, source.BLOCK])
def test_it_is_read_out_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, block: int) -> None:
    file = write(tmp_path, way)
    monkeypatch.setattr(source, "BLOCK", block)
    monkeypatch.setattr(source, "READ", min(block, source.READ))
    found = read(file)
    assert (times(found), found.problems) == (TIMES, {})
    assert found.tally.clients == 7
    assert "the access log that Spillway writes" in found.taken_for[0]


@pytest.mark.parametrize("way", [way for way in WAYS if "packed" not in way and "gzip" not in way])
@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16"])
def test_powershell_writes_it_otherwise(tmp_path: Path, way: str, written: str) -> None:
    content = WAYS[way]()
    assert isinstance(content, str)
    file = tmp_path / "some.log"
    file.write_bytes(content.replace("\n", "\r\n").encode(written))
    found = read(file)
    assert (times(found), found.problems) == (TIMES, {})


@pytest.mark.parametrize("way", ["filter-log-events", "Firehose", "Firehose, straight from the stage", "one array"])
def test_a_file_that_is_cut_off_loses_its_last_line_alone(tmp_path: Path, way: str) -> None:
    file = write(tmp_path, way)
    content = file.read_bytes()
    cut = content.rindex(b"192.0.2.1")
    file.write_bytes(content[:cut])
    found = read(file)
    assert times(found) == [at for at, entry in zip(TIMES, ENTRIES, strict=True) if at < TIMES[99]]
    assert found.problems in ({CUT: 1}, {NOT_JSON: 1})


def test_damage_in_the_middle_of_concatenated_objects_is_counted_once(tmp_path: Path) -> None:
    file = tmp_path / "some.log"
    file.write_text("".join([*MESSAGES[:50], MESSAGES[50][:80], *MESSAGES[51:]]))
    found = read(file)
    assert times(found) == [at for at in TIMES if at != TIMES[50]]
    assert found.problems == {NOT_JSON: 1}


def test_an_object_that_is_nested_without_end_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "some.log"
    file.write_text("\n".join([*MESSAGES[:50], '{"a":' * 100_000, *MESSAGES[50:]]))
    found = read(file)
    assert (times(found), found.problems) == (TIMES, {NOT_JSON: 1})


def test_streams_of_one_log_group_are_read_side_by_side(tmp_path: Path) -> None:
    """CloudWatch's export has a folder for each stream, and all of them cover the same hours."""
    files = []
    for number in range(5):
        file = tmp_path / f"{number}.gz"
        file.write_bytes(gzip.compress("\n".join(MESSAGES[number::5]).encode()))
        files.append(file)
    found = replay(layers(), Log(files=tuple(files), tolerance_sec=0), WafModel())
    assert (times(found), found.problems) == (TIMES, {})


def test_files_may_be_named_in_any_order(tmp_path: Path) -> None:
    files = []
    for number in (3, 0, 2, 1):
        file = tmp_path / f"{number}.log"
        file.write_text("\n".join(MESSAGES[25 * number : 25 * number + 25]))
        files.append(file)
    found = replay(layers(), Log(files=tuple(files)), WafModel())
    assert (times(found), found.problems) == (TIMES, {})


def test_files_may_be_of_different_formats(tmp_path: Path) -> None:
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_text("\n".join(MESSAGES[:50]))
    two.write_text(json.dumps({"events": events()[50:]}))
    found = replay(layers(), Log(files=(one, two)), WafModel())
    assert (times(found), len(found.taken_for)) == (TIMES, 2)


UVICORN = [f'INFO:     192.0.2.{second % 7}:5123 - "POST /chat HTTP/1.1" 200 OK' for second in range(100)]

WITHOUT_A_TIME: dict[str, Callable[[], str]] = {
    "filter-log-events": lambda: json.dumps({"events": events(UVICORN)}, indent=4),
    "filter-log-events as text": lambda: "".join(
        f"EVENTS\t123456\t{at + 1}\t{STREAM}\t{text}\t{at}\n" for at, text in zip(TIMES, UVICORN, strict=True)
    ),
    "aws logs tail": lambda: "".join(
        f"{stamp(at)}.000000+00:00 {STREAM} {text}\n" for at, text in zip(TIMES, UVICORN, strict=True)
    ),
    "Logs Insights": lambda: (
        "@timestamp,@message\n"
        + "".join(
            '{},"{}"\n'.format(stamp(at, "%Y-%m-%d %H:%M:%S.000"), text.replace('"', '""'))
            for at, text in zip(TIMES, UVICORN, strict=True)
        )
    ),
    "get-query-results": lambda: json.dumps(
        {
            "results": [
                [{"field": "@timestamp", "value": stamp(at)}, {"field": "@message", "value": text}]
                for at, text in zip(TIMES, UVICORN, strict=True)
            ]
        }
    ),
    "Docker": lambda: "".join(
        json.dumps({"log": f"{text}\n", "stream": "stdout", "time": f"{stamp(at)}Z"}) + "\n"
        for at, text in zip(TIMES, UVICORN, strict=True)
    ),
    # github.com/BerriAI/litellm, litellm/_logging.py: JsonFormatter.
    "LiteLLM with JSON_LOGS": lambda: "".join(
        json.dumps({"message": text.removeprefix("INFO:     "), "level": "INFO", "timestamp": f"{stamp(at)}.000001"})
        + "\n"
        for at, text in zip(TIMES, UVICORN, strict=True)
    ),
}


@pytest.mark.parametrize("way", WITHOUT_A_TIME)
@pytest.mark.parametrize("block", [700, source.BLOCK])
def test_a_line_without_a_time_has_that_of_its_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, block: int
) -> None:
    monkeypatch.setattr(source, "BLOCK", block)
    file = tmp_path / "some.log"
    file.write_text(WITHOUT_A_TIME[way]())
    found = read(file)
    assert (times(found), found.problems) == (TIMES, {})
    assert len(found.clients) == 7


@pytest.mark.parametrize(
    "text",
    [
        '{"events": [], "searchedLogStreams": []}',
        "[]",
        '{"results": [], "status": "Complete"}',
        "@timestamp,@message\n",
    ],
)
def test_a_query_that_finds_nothing_has_no_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "some.log"
    file.write_text(text)
    with pytest.raises(ReviewError, match="nothing usable: no line at all"):
        read(file)


def test_xml_may_be_spread_over_lines(tmp_path: Path) -> None:
    """As it is in a template with a format of several lines."""
    file = tmp_path / "some.log"
    file.write_text(
        "".join(
            f'<request id="{at}">\n  <ip>192.0.2.1</ip>\n'
            f"  <requestTime>{stamp(at, '%d/%b/%Y:%H:%M:%S +0000')}</requestTime>\n"
            "  <httpMethod>POST</httpMethod>\n  <resourcePath>/chat</resourcePath>\n</request>\n"
            for at in TIMES
        )
    )
    found = read(file)
    assert (times(found), found.problems) == (TIMES, {})


def test_logs_that_may_have_the_same_requests_are_warned_of(tmp_path: Path) -> None:
    """WAF's log and API Gateway's of the same hour: each request is in both."""
    own, waf = tmp_path / "own.log", tmp_path / "waf.log"
    own.write_text("\n".join(MESSAGES[:50]))
    waf.write_text("".join(LINES["waf"](at, "192.0.2.1", "POST", "/chat") + "\n" for at in TIMES[:50]))
    found = replay(replace(layers(), path_prefixes=("prod",)), Log(files=(own, waf)), WafModel())
    assert found.warnings == (
        (
            "the files have different formats: the access log that Spillway writes, an AWS WAF log. If two of them are "
            "logs of "
            "the same requests, each request counts twice: name only one of them"
        ),
    )
    assert replay(layers(), Log(files=(own,)), WafModel()).warnings == ()


def test_a_file_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    """As with `export/*.gz export/a.gz`."""
    file = write(tmp_path, "lines")
    again = file.parent / "." / ".." / file.parent.name / file.name
    with pytest.raises(ReviewError, match=r"some\.log: named 2 times, and each request would count as often"):
        replay(layers(), Log(files=(file, again)), WafModel())


def test_something_in_front_of_the_events_is_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / "some.log"
    file.write_text("fetching the log of prod\n" + json.dumps({"events": events()}, indent=4))
    assert times(read(file)) == TIMES
