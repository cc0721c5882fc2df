"""Every format, recognized automatically, gives the same requests."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.log_lines import HEADERS, LINES
from review.commands import main
from review.engine.rate_window import WafModel
from review.layers.layers import Layers, RouteLimits
from review.refusal import ReviewError
from review.replay.columns import said_columns
from review.replay.formats.known import FORMATS
from review.replay.replay import Log, Replayed, replay
from tests.environment_files import ROOT
from tests.review.engine.decided import layers
from tests.review.replay.logs import START, line, write

CHAT, EMBEDDINGS = "POST /v1/chat/completions", "POST /v1/embeddings"
ANY = replace(
    layers(),
    routes=tuple(RouteLimits(key=key, bucket=None, own=True) for key in (CHAT, EMBEDDINGS)),
    path_prefixes=("prod", "llm"),
)
START_MS = round(START * 1000)


W3C = "2026-03-02\t08:26:40\t192.0.2.1\tPOST\t/v1/embeddings"


def read(file: Path, *, columns: str = "", log_format: str = "", limits: Layers = ANY) -> Replayed:
    return replay(limits, Log(files=(file,), columns=said_columns(columns), log_format=log_format), WafModel())


def requests(found: Replayed) -> list[tuple[int, str, str]]:
    """Whole seconds after START, the client, the route."""
    blocks = list(found.recorded.blocks())
    return [
        (int(time // 1_000_000 - START), found.clients[client], found.layers.routes[route].key)
        for block in blocks
        for time, client, route in zip(*(each.tolist() for each in block.requests[:3]), strict=True)
    ]


EXPECTED = [(second, f"192.0.2.{second % 3}", EMBEDDINGS if second % 2 else CHAT) for second in range(60)]


def text_of(name: str) -> str:
    lines = [HEADERS[name]] if name in HEADERS else []
    for second, ip, route in EXPECTED:
        method, path = route.split(" ")
        lines.append(LINES[name](START_MS + second * 1000, ip, method, path))
    return "\n".join(lines) + "\n"


def file_of(folder: Path, name: str) -> Path:
    file = folder / "some.log"
    file.write_text(text_of(name))
    return file


@pytest.mark.parametrize("name", LINES)
def test_a_log_is_taken_for_what_it_is(tmp_path: Path, name: str) -> None:
    found = read(file_of(tmp_path, name))
    assert requests(found) == EXPECTED
    assert found.problems == {}
    words = next(each.words for each in FORMATS if each.name == name)
    assert f"some.log: recognized as {words}" in found.taken_for[0]


@pytest.mark.parametrize("name", LINES)
def test_the_user_may_say_which_format_it_is(tmp_path: Path, name: str) -> None:
    assert requests(read(file_of(tmp_path, name), log_format=name)) == EXPECTED


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("written", ["BOM", "CR LF", "UTF-16", "UTF-16 BE"])
def test_windows_writes_them_otherwise(tmp_path: Path, name: str, written: str) -> None:
    text, file = text_of(name), tmp_path / "some.log"
    file.write_bytes(
        {
            "BOM": text.encode("utf-8-sig"),
            "CR LF": text.replace("\n", "\r\n").encode(),
            "UTF-16": text.encode("utf-16"),
            "UTF-16 BE": text.encode("utf-16-be"),
        }[written]
    )
    found = read(file)
    assert (requests(found), found.problems) == (EXPECTED, {})
    assert ("UTF-16" in found.taken_for[0]) == written.startswith("UTF-16")


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_is_something_else_is_counted(tmp_path: Path, name: str) -> None:
    file = file_of(tmp_path, name)
    lines = file.read_text().split("\n")
    file.write_text("\n".join([*lines[:20], "something else", *lines[20:]]))
    found = read(file)
    assert (requests(found), sum(found.problems.values())) == (EXPECTED, 1)


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("nonsense", ["\x1b]0;owned\x07", "\u202e", "'; DROP TABLE", '{"a":' * 5000, "%s" * 30])
def test_what_a_caller_writes_into_a_line_breaks_nothing(tmp_path: Path, name: str, nonsense: str) -> None:
    file = file_of(tmp_path, name)
    lines = file.read_text().split("\n")
    broken = lines[10].replace("192.0.2.", nonsense)
    file.write_text("\n".join([*lines[:20], broken, *lines[20:]]))
    found = read(file)
    assert len(requests(found)) + sum(found.problems.values()) == 61


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ('2001:db8::1 - - [02/Mar/2026:08:26:40 +0000] "POST /v1/embeddings HTTP/1.1" 200 1 "-" "x"', "2001:db8::1"),
        (
            '192.0.2.1 - a b [02/Mar/2026:08:26:40 +0000] "POST /v1/embeddings HTTP/1.1" 200 1 "-" "a \\" b"',
            "192.0.2.1",
        ),
        (
            'example.com:443 192.0.2.1 - - [02/Mar/2026:08:26:40 +0000] "POST /v1/embeddings HTTP/1.1" 200 1',
            "192.0.2.1",
        ),
        (
            (
                '{"time_iso8601":"2026-03-02T08:26:40+00:00","remote_addr":"192.0.2.1","request_method":"POST",'
                '"request_uri":"/v1/embeddings?x=1"}'
            ),
            "192.0.2.1",
        ),
        (
            '{"ts":1772440000.12,"request":{"remote_ip":"192.0.2.1","method":"POST","uri":"/v1/embeddings"}}',
            "192.0.2.1",
        ),
        (
            (
                '{"ClientHost":"192.0.2.1","RequestMethod":"POST","RequestPath":"/v1/embeddings",'
                '"StartUTC":"2026-03-02T08:26:40.123456789Z"}'
            ),
            "192.0.2.1",
        ),
        ('host.example - - [02/Mar/2026:09:26:40 +0100] "POST /v1/embeddings HTTP/1.1" 200 1', "host.example"),
        ('192.0.2.1 - - [02/Mar/2026:08:26:40 +0000] "POST POST /v1/embeddings HTTP/1.1" 200 1 a b', "192.0.2.1"),
        ('192.0.2.1 - - [02/Mar/2026:08:26:40 +0000] "POST ANY /v1/embeddings HTTP/1.1" 200 1 a b', "192.0.2.1"),
        ("192.0.2.1,02/Mar/2026:08:26:40 +0000,POST,POST /v1/embeddings,HTTP/1.1,200,1,a,b", "192.0.2.1"),
        (
            (
                '<request id="x"> <ip>192.0.2.1</ip> <requestTime>02/Mar/2026:08:26:40 +0000</requestTime> '
                "<httpMethod>POST</httpMethod> <routeKey>ANY /v1/embeddings</routeKey> <status>200</status> </request>"
            ),
            "192.0.2.1",
        ),
        (
            (
                "h2 2026-03-02T08:26:40.5Z app/a/b 2001:db8::1:443 - -1 -1 -1 429 - 0 57 "
                '"POST https://example.com:443/v1/embeddings HTTP/2.0" "x" - - - "t" "-" "-" 0 2026-03-02T08:26:40.1Z '
                '"waf" "-" "-" "-" "-" "-" "-"'
            ),
            "2001:db8::1",
        ),
        ("started\n#Fields: date time c-ip cs-method cs-uri-stem\n" + W3C, "192.0.2.1"),
        (
            (
                "2026-03-02T08:26:40.5Z my-loadbalancer 192.0.2.1:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 "
                '0 29 "POST http://www.example.com:80/v1/embeddings HTTP/1.1" "curl/7.38.0" - -'
            ),
            "192.0.2.1",
        ),
        ('192.0.2.1 - - [02/Mar/2026:08:26:40 +0000]"POST /v1/embeddings HTTP/1.1" 200 12 a b', "192.0.2.1"),
        ('192.0.2.1, 10.0.0.1 - - [02/Mar/2026:08:26:40 +0000] "POST /v1/embeddings HTTP/1.1" 200 1', "192.0.2.1"),
        (
            '10.0.0.9 - - [02/Mar/2026:08:26:40 +0000] "POST /v1/embeddings HTTP/1.1" 200 1 "-" "a" "192.0.2.1, ::1"',
            "192.0.2.1",
        ),
        (
            '198.51.100.9 - - [02/Mar/2026:08:26:40 +0000] "POST /v1/embeddings HTTP/1.1" 200 1 "-" "a" "192.0.2.1"',
            "198.51.100.9",
        ),
        ('192.0.2.1 - - [2026-03-02T08:26:40+00:00] "POST /v1/embeddings HTTP/1.1" 200 1 "-" "a"', "192.0.2.1"),
        ('192.0.2.1 - - [1772440000.120] "POST /v1/embeddings HTTP/1.1" 200 1 "-" "a"', "192.0.2.1"),
        (
            (
                '{"time":"2026-03-02T08:26:40+00:00","remote_addr":"192.0.2.1","status":200,'
                '"request":"POST /v1/embeddings?x=1 HTTP/1.1"}'
            ),
            "192.0.2.1",
        ),
        ("time,ip,request\n1772440000,192.0.2.1,POST /v1/embeddings HTTP/1.1", "192.0.2.1"),
        ("Time;IP;Method;Path\n1772440000;192.0.2.1;POST;/v1/embeddings", "192.0.2.1"),
        ("time\tip\tmethod\tpath\n1772440000\t192.0.2.1\tPOST\t/v1/embeddings", "192.0.2.1"),
        ("time, ip, method, path, x, x\n1772440000, 192.0.2.1, POST, /v1/embeddings, 1, 2", "192.0.2.1"),
        (
            '{"request_time_epoch":1772440000000,"source_ip":"192.0.2.1","http_method":"POST","resource_path":"/v1/embeddings"}',
            "192.0.2.1",
        ),
        (
            "#Fields: date time c-ip cs-method cs-uri-stem\n2026-03-02,08:26:40,192.0.2.1,POST,/v1/embeddings",
            "192.0.2.1",
        ),
        (
            "#Fields: timestamp c-ip s-ip cs-method cs-uri-stem\n1772440000.1\t192.0.2.1\t::1\tPOST\t/v1/embeddings",
            "192.0.2.1",
        ),
        (
            '2026-03-02T08:26:40Z \x1b[32mINFO\x1b[0m:     192.0.2.1:5 - "\x1b[1mPOST /v1/embeddings H\x1b[0m" 200 OK',
            "192.0.2.1",
        ),
        ('2026-03-02 08:26:40,123 INFO uvicorn.access: 192.0.2.1:5 - "POST /v1/embeddings HTTP/1.1" 200', "192.0.2.1"),
        (
            '2026-03-02T08:26:40.123456789Z INFO:     2001:db8::1:55 - "POST /v1/embeddings HTTP/1.1" 200 OK',
            "2001:db8::1",
        ),
    ],
)
def test_other_shapes_that_the_documents_allow(tmp_path: Path, text: str, client: str) -> None:
    file = tmp_path / "some.log"
    file.write_text(f"{text}\n")
    assert requests(read(file)) == [(0, client, EMBEDDINGS)]


@pytest.mark.parametrize(
    ("asked", "route"),
    [
        ("/prod/v1/embeddings", EMBEDDINGS),
        ("/llm/v1/embeddings", EMBEDDINGS),
        ("/v1/embeddings?x=/prod", EMBEDDINGS),
        ("/v1/embeddings/", EMBEDDINGS),
        ("v1/embeddings", EMBEDDINGS),
        ("POST /v1/embeddings", EMBEDDINGS),
        ("/v1/%65mbeddings", EMBEDDINGS),
        ("/v1%2Fembeddings", None),
        ("//v1/embeddings", None),
        ("https://example.com/prod/v1/embeddings", EMBEDDINGS),
        ("/other/v1/embeddings", None),
        ("/production/v1/embeddings", None),
    ],
)
def test_the_stage_and_the_base_path_may_stand_before_a_route(tmp_path: Path, asked: str, route: str | None) -> None:
    entries = [line(0, route=CHAT), line(1, route=f"POST {asked}")]
    found = read(write(tmp_path, entries))
    assert [each[2] for each in requests(found)] == ([CHAT, route] if route else [CHAT])


def test_the_routes_that_the_environment_lacks_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    asked = ["/a", *["/b?q=1"] * 2, *["/c"] * 3, *["/d"] * 4, *["/e"] * 5, *["/\x1b[2J"] * 6, *["/f"] * 7]
    entries = [line(0, route=CHAT), *(line(1 + number, route=f"GET {path}") for number, path in enumerate(asked))]
    found = read(write(tmp_path, entries))
    assert found.unknown_routes == (
        ("GET /f", 7),
        ("GET /\\x1b[2J", 6),
        ("GET /e", 5),
        ("GET /d", 4),
        ("GET /c", 3),
    )
    assert main(["replay", str(ROOT / "environments" / "prod.toml"), str(tmp_path / "access.log")]) == 0
    assert (
        "28 left out: route that the environment does not have, most often GET /f (7), GET /\\x1b[2J (6), GET /e (5), "
        "GET /d (4), GET /c (3)"
    ) in capsys.readouterr().out


def test_columns_lead_into_objects_and_join_fields(tmp_path: Path) -> None:
    entry = {"at": {"day": "2026-03-02", "clock": "08:26:41"}, "who": {"from": {"ip": "192.0.2.1"}}, "m": "POST"}
    file = tmp_path / "some.log"
    file.write_text(json.dumps(entry | {"p": "/v1/embeddings"}) + "\n")
    said = "time=at.day+at.clock,ip=who.from.ip,method=m,path=p"
    assert requests(read(file, columns=said)) == [(1, "192.0.2.1", EMBEDDINGS)]


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("spillway", '"sourceIp":"198.51.100.9"'),
        ("json", '"client":"198.51.100.9"'),
        ("waf", '"httpRequest":{"clientIp":"198.51.100.9"}'),
    ],
)
def test_of_a_key_that_is_there_twice_the_first_counts(tmp_path: Path, name: str, again: str) -> None:
    """API Gateway does not escape the last field, which the client sends."""
    file = file_of(tmp_path, name)
    file.write_text(file.read_text().replace("}\n", f",{again}}}\n"))
    assert requests(read(file)) == EXPECTED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello\nworld\n", "has no format that replay knows (spillway, waf,"),
        ('{"a": 1, "b": 2}\n', "no field for time, ip, method, path; it has a, b; --columns says which is which"),
        ('{"time": 1, "sourceIp": "x", "path": "/"}\n', "no field for method; it has time, sourceIp, path"),
        ("time,ip,path\n1,2,3\n", "no column method; it has time, ip, path; --columns says which is which"),
        ("hello\n", "another log can be converted to CSV with the columns time, ip, method and path"),
        ('{}\n{"a": 1}\n', "no field for time, ip, method, path; it has a; --columns says which is which"),
        ("abc\0\n", "is not text in UTF-8 or UTF-16"),
        (
            "#Fields: date time cs-method cs-uri-stem\n2026-03-02\t08:26:40\tPOST\t/\n",
            "no column ip; it has date, time, cs-method, cs-uri-stem",
        ),
        (
            "1772440000.120\t192.0.2.1\t0.002\t200\tPOST\t/v1/embeddings\n",
            "looks like a CloudFront log without the names of its fields; put a first line in front of it",
        ),
        ('{"results": [[{"field": "a", "value": "1"}]]}', "no field for time, ip, method, path; it has a; --columns"),
        (
            'INFO:     192.0.2.1:55 - "POST /v1/embeddings HTTP/1.1" 200 OK\n',
            "vLLM's access lines have no time; `kubectl logs --timestamps`",
        ),
    ],
)
def test_what_is_nothing_known_is_said_at_once(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "some.log"
    file.write_text(text)
    with pytest.raises(ReviewError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file.as_posix()}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("log_format", "said"),
    [
        ("apache", "--log-format apache: must be one of spillway, waf, litellm"),
        (
            "alb",
            "is not an Application Load Balancer's access log, or a Classic Load Balancer's (--log-format alb; https:",
        ),
        ("csv", "no column time, ip, method, path"),
    ],
)
def test_a_format_that_it_is_not_is_refused(tmp_path: Path, log_format: str, said: str) -> None:
    with pytest.raises(ReviewError, match=re.escape(said)):
        read(write(tmp_path, [line(0)]), log_format=log_format)


@pytest.mark.parametrize(
    ("name", "columns", "said"),
    [
        ("combined", "ip=x", "--columns: the fields of a web server's log in the combined"),
        ("csv", "key=token", "no column token; it has status, time, ip, method, path"),
        ("spillway", "key=token", "no field token; it has requestId, requestTimeEpoch, sourceIp"),
    ],
)
def test_a_field_that_is_not_there_is_said(tmp_path: Path, name: str, columns: str, said: str) -> None:
    with pytest.raises(ReviewError, match=re.escape(said)):
        read(file_of(tmp_path, name), columns=columns)


def test_a_key_that_the_first_line_does_not_have_is_found(tmp_path: Path) -> None:
    first = {name: value for name, value in line(0, route=CHAT).items() if name != "apiKeyId"}
    found = read(write(tmp_path, [first, line(1, route=CHAT, key="abc")]))
    assert list(found.keys) == ["abc"]
