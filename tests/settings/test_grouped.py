"""Thirty routes with one warning are one line, which says how many and names the first."""

from pathlib import Path

from settings.grouped import grouped
from settings.problem import Problem
from tests.environment_files import MINIMAL
from tests.refusals import warnings

COSTS = (
    "authorization = 'NONE': anyone who finds the URL can run up the cost of the http backend; give it AWS_IAM or an "
    "authorizer"
)


def route(path: str) -> str:
    return (
        f'\n[[routes]]\nmethod = "POST"\npath = "{path}"\n'
        'integration = { type = "http", url = "https://llm.example.com" }\n'
    )


def test_the_same_warning_of_many_routes(tmp_path: Path) -> None:
    many = "".join(route(f"/p{index}") for index in range(30))
    assert warnings(tmp_path, MINIMAL + many) == [f"30 routes (POST /p0, POST /p1, POST /p2 and 27 more): {COSTS}"]
    assert warnings(tmp_path, MINIMAL + route("/a") + route("/b")) == [f"2 routes (POST /a, POST /b): {COSTS}"]
    assert warnings(tmp_path, MINIMAL + route("/a")) == [f"POST /a: {COSTS}"]


def test_a_message_that_names_its_route(tmp_path: Path) -> None:
    keyed = MINIMAL + 'api_key_required = true\n[[routes]]\nmethod = "GET"\npath = "/b"\napi_key_required = true\n'
    (line,) = warnings(tmp_path, keyed)
    assert line == (
        "2 routes (POST /chat, GET /b): api_key_required = true: no usage plan has keys; without one created "
        "elsewhere the route answers only 403"
    )


def test_limits_of_routes(tmp_path: Path) -> None:
    limits = "".join(
        f'[throttling.routes."POST /{name}"]\nrate_limit = 20\nburst_limit = 5\n' for name in ("chat", "b")
    )
    (line,) = warnings(tmp_path, MINIMAL + '\n[[routes]]\nmethod = "POST"\npath = "/b"\n' + limits)
    assert line == (
        "throttling.routes.\"POST /chat, POST /b\".rate_limit = 20: above the stage's 10; the route's own bucket "
        "replaces the stage's and is not capped by it"
    )


def test_other_values_other_fields_and_other_messages_stay_apart() -> None:
    problems = [
        Problem(("routes", 0, "a"), "m", 1, entry="GET /a"),
        Problem(("routes", 1, "a"), "m", 2, entry="GET /b"),
        Problem(("routes", 2, "b"), "m", 1, entry="GET /c"),
        Problem(("routes", 3, "a"), "n", 1, entry="GET /d"),
        Problem(("waf", "rate_rules", 0), "m", 1),
        Problem(("waf", "rate_rules", 1), "m", 1),
    ]
    assert grouped(problems) == tuple(problems)
