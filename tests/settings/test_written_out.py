"""`[defaults.integration]` and `method = "ANY"`: the same environment as one that writes each route out."""

from pathlib import Path

import pytest

from settings.written_out import ANY, METHODS_OF_ANY
from tests.environment_files import MINIMAL, environment
from tests.refusals import refusals, warnings
from tests.synthesis import rendered

BEFORE_ROUTES, _ = MINIMAL.split("[[routes]]")
DEFAULTS = """
[defaults.integration]
type = "http"
timeout_milliseconds = 20_000
headers = { X-A = "1", X-B = "2" }
drop_headers = ["X-C"]
"""


def route(method: str, path: str, integration: str = "", more: str = "") -> str:
    own = f"integration = {{ {integration} }}\n" if integration else ""
    return f'\n[[routes]]\nmethod = "{method}"\npath = "{path}"\n{own}{more}\n'


def url(path: str) -> str:
    return f'url = "https://llm.example.com{path}"'


FULL = 'type = "http", timeout_milliseconds = 20_000, drop_headers = ["X-C"]'
SHORT_AND_LONG = [
    pytest.param(
        DEFAULTS
        + route("POST", "/a", url("/a"))
        + route("POST", "/b", f'{url("/b")}, timeout_milliseconds = 50, headers = {{ X-B = "3" }}, drop_headers = []')
        + route("GET", "/c", 'type = "mock", body = "{}"'),
        route("POST", "/a", f'{FULL}, {url("/a")}, headers = {{ X-A = "1", X-B = "2" }}')
        + route(
            "POST", "/b", f'type = "http", {url("/b")}, timeout_milliseconds = 50, headers = {{ X-A = "1", X-B = "3" }}'
        )
        + route("GET", "/c", 'type = "mock", body = "{}"'),
        id="keys, a table, a list, and another type",
    ),
    pytest.param(
        '[defaults.integration]\ntype = "mock"\nstatus = 201\n' + route("GET", "/a") + route("GET", "/b"),
        route("GET", "/a", 'type = "mock", status = 201') + route("GET", "/b", 'type = "mock", status = 201'),
        id="routes without an integration",
    ),
    pytest.param(
        route("ANY", "/a", url("/a") + ', type = "http"', "api_key_required = true"),
        "".join(
            route(method, "/a", url("/a") + ', type = "http"', "api_key_required = true")
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
        ),
        id="ANY",
    ),
    pytest.param(
        route("POST", "/a", 'type = "mock", status = 201') + route("ANY", "/a") + "[cors]\nallow_origins = ['*']\n",
        route("POST", "/a", 'type = "mock", status = 201')
        + "".join(route(method, "/a") for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"))
        + "[cors]\nallow_origins = ['*']\n",
        id="ANY beside a method of its own and beside CORS",
    ),
    pytest.param(
        route("ANY", "/a", more="api_key_required = true")
        + """
[throttling.routes]
"ANY /a" = { rate_limit = 2, burst_limit = 3 }
"POST /a" = "blocked"
[usage_plans.free]
throttle = { rate_limit = 1, burst_limit = 1 }
routes = { "DELETE /a" = { rate_limit = 0.1, burst_limit = 1 }, "ANY /a" = "blocked" }
[[waf.rate_rules]]
name = "per-ip"
limit = 100
routes = ["POST /a", "ANY /a"]
""",
        "".join(
            route(method, "/a", more="api_key_required = true")
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
        )
        + """
[throttling.routes]
"GET /a" = { rate_limit = 2, burst_limit = 3 }
"HEAD /a" = { rate_limit = 2, burst_limit = 3 }
"PUT /a" = { rate_limit = 2, burst_limit = 3 }
"PATCH /a" = { rate_limit = 2, burst_limit = 3 }
"DELETE /a" = { rate_limit = 2, burst_limit = 3 }
"OPTIONS /a" = { rate_limit = 2, burst_limit = 3 }
"POST /a" = "blocked"
[usage_plans.free]
throttle = { rate_limit = 1, burst_limit = 1 }
[usage_plans.free.routes]
"DELETE /a" = { rate_limit = 0.1, burst_limit = 1 }
"GET /a" = "blocked"
"HEAD /a" = "blocked"
"POST /a" = "blocked"
"PUT /a" = "blocked"
"PATCH /a" = "blocked"
"OPTIONS /a" = "blocked"
[[waf.rate_rules]]
name = "per-ip"
limit = 100
routes = ["POST /a", "GET /a", "HEAD /a", "PUT /a", "PATCH /a", "DELETE /a", "OPTIONS /a"]
""",
        id="limits of ANY, and of one of its methods",
    ),
]


@pytest.mark.parametrize(("short", "long"), SHORT_AND_LONG)
def test_the_same_as_written_out(tmp_path: Path, short: str, long: str) -> None:
    found, expected = environment(tmp_path, BEFORE_ROUTES + short), environment(tmp_path, BEFORE_ROUTES + long)
    assert found == expected
    assert rendered(found) == rendered(expected)


HTTP = route("POST", "/a", url("/a"))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (DEFAULTS, ["routes: missing, and required"]),
        (
            DEFAULTS + route("POST", "/a", 'type = "mock"'),
            ["defaults.integration: no route uses it: each has an integration of another type"],
        ),
        (
            DEFAULTS + route("POST", "/a", f"{url('/a')}, timeout_milliseconds = 60"),
            ["defaults.integration.timeout_milliseconds: no route uses it: each has its own; remove it"],
        ),
        (
            "[defaults.integration]\ntimeout_milliseconds = 60\n" + HTTP,
            ["defaults.integration.type: missing, and required: the defaults are for routes of one type"],
        ),
        (
            "[defaults]\n" + HTTP,
            ["defaults.integration: must be a table with the keys that routes have in common, including type"],
        ),
        (
            '[defaults]\nmethod = "GET"\nintegration = { type = "http" }\n' + HTTP,
            ["defaults.method: unknown key; the only one is integration"],
        ),
        ("defaults = 1\n" + HTTP, ["defaults: must be a table: write [defaults.integration]"]),
        (
            DEFAULTS.replace("20_000", "1") + HTTP + HTTP.replace("/a", "/b"),
            ["defaults.integration.timeout_milliseconds = 1: must be greater than or equal to 50"],
        ),
        (
            DEFAULTS.replace('"http"', '"htpp"') + HTTP + HTTP.replace("/a", "/b"),
            [
                (
                    "defaults.integration.type = 'htpp': must be one of 'mock', 'http', 'lambda', 'private', "
                    "'sagemaker', 'bedrock', 'aws_service'; did you mean 'http'?"
                )
            ],
        ),
        (
            DEFAULTS.replace("drop_headers", "drop_header") + HTTP,
            ["defaults.integration.drop_header: unknown key; did you mean drop_headers?"],
        ),
        (
            DEFAULTS + route("POST", "/a", f"{url('/a')}, headers = {{ X-B = 1 }}"),
            ["POST /a: integration.headers.X-B: must be text, in quotes"],
        ),
        (
            DEFAULTS + route("POST", "/a", "status = 200"),
            [
                "POST /a: integration.url: missing, and required",
                (
                    "POST /a: integration.status: unknown key; there are timeout_milliseconds, response_transfer_mode, "
                    "type, url, headers, drop_headers"
                ),
            ],
        ),
        (
            route("ANY", "/a", 'type = "mock", status = 1'),
            ["ANY /a: integration.status = 1: must be greater than or equal to 200"],
        ),
        (
            route("ANY", "/a") + '[throttling.routes."ANY /a"]\nrate_limit = 0\nburst_limit = 1\n',
            ['throttling.routes."ANY /a".rate_limit = 0: must be greater than or equal to 0.000001'],
        ),
        (
            route("GET", "/a") + '[throttling.routes."ANY /a"]\nrate_limit = 1\nburst_limit = 1\n',
            ['throttling.routes."ANY /a": no such route; there are GET /a'],
        ),
        (
            "".join(route(method, "/a") for method in (*METHODS_OF_ANY, ANY)),
            ["ANY /a: method: stands for no method: the file lists each of them"],
        ),
        (
            route("ANY", "/a") + route("ANY", "/a"),
            ["ANY /a: path = '/a': the file has this route twice; leave one out"],
        ),
        (
            route("ANY", "/a") + route("GET", "/b").replace('"GET"', '["GET", "POST"]'),
            [
                (
                    "routes[1].method: must be 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST' or 'PUT'; "
                    "'ANY' is all of them"
                )
            ],
        ),
    ],
)
def test_refused_at_its_place_in_the_file(tmp_path: Path, text: str, lines: list[str]) -> None:
    top, tables = (text, "") if text.startswith("defaults =") else ("", text)
    if top:
        top, tables = text.split("\n", 1)
    assert refusals(tmp_path, top + BEFORE_ROUTES + tables) == lines


def test_a_secret_of_the_defaults_is_not_printed(tmp_path: Path) -> None:
    text = DEFAULTS.replace('X-A = "1"', 'X-A = "hunter-canaryé"') + HTTP
    (line,) = refusals(tmp_path, BEFORE_ROUTES + text)
    assert line == "defaults.integration.headers.X-A: must be text in ASCII without ' and line breaks, such as llm-team"


def test_warnings_name_the_methods(tmp_path: Path) -> None:
    found = warnings(tmp_path, BEFORE_ROUTES + route("ANY", "/a", url("/a") + ', type = "http"'))
    assert [line.split(":")[0] for line in found] == ["6 routes (GET /a, HEAD /a, POST /a and 3 more)"]
