"""The 429 contract: what may be said in it, and that every layer says the same."""

import json
from pathlib import Path

import pytest

from settings.layer import Layer
from settings.rate_limit_response import RateLimitResponse
from tests.environment_files import MINIMAL, environment
from tests.refusals import refusals

# AWS WAF's largest custom response: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
LARGEST_BODY = 4 * 1024

CONTRACT = MINIMAL + "[rate_limit_response]\n"
CORS = '[cors]\nallow_origins = ["https://example.com"]\n'
EXPOSED = [f"X-{n}-" + "h" * 40 for n in range(6)]
WAF = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 100\n'


def test_every_layer_says_the_same_but_for_its_code_and_its_seconds() -> None:
    response = RateLimitResponse(message="Slow down.", docs_url="https://example.com/x", headers={"X-Team": "ml"})
    assert {layer: json.loads(response.body(layer)) for layer in Layer} == {
        layer: {
            "type": "error",
            "error": {
                "message": "Slow down. See https://example.com/x",
                "type": "rate_limit_error",
                "param": None,
                "code": layer.code,
            },
        }
        for layer in Layer
    }
    assert {layer: response.response_headers(layer, {"A": "b"}) for layer in Layer} == {
        "throttle": {"Retry-After": "1", "X-Team": "ml", "A": "b"},
        "quota": {"Retry-After": "3600", "x-should-retry": "false", "X-Team": "ml", "A": "b"},
        "waf": {"Retry-After": "300", "x-should-retry": "false", "X-Team": "ml", "A": "b"},
    }


def test_a_quota_does_not_tell_its_caller_to_retry() -> None:
    messages = {layer: json.loads(RateLimitResponse().body(layer))["error"]["message"] for layer in Layer}
    assert messages[Layer.THROTTLE] == messages[Layer.WAF] == "Rate limit reached. Slow down and retry."
    assert (
        messages[Layer.QUOTA] == "The quota of this API key is used up. Retrying does not help before its next period."
    )


def test_one_layer_may_say_something_else(tmp_path: Path) -> None:
    response = environment(
        tmp_path,
        CONTRACT
        + """
        message = "No."
        docs_url = "https://a.example/all"
        headers = { X-Team = "ml", X-More = "1" }
        should_retry = { throttle = false, waf = true }
        retry_after = { waf = 60 }
        [rate_limit_response.quota]
        message = "Used up."
        docs_url = "https://a.example/quota"
        headers = { x-team = "billing" }
        """,
    ).rate_limit_response
    said = {layer: json.loads(response.body(layer))["error"]["message"] for layer in Layer}
    assert said == {
        "throttle": "No. See https://a.example/all",
        "quota": "Used up. See https://a.example/quota",
        "waf": "No. See https://a.example/all",
    }
    assert {layer: response.response_headers(layer) for layer in Layer} == {
        "throttle": {"Retry-After": "1", "x-should-retry": "false", "X-Team": "ml", "X-More": "1"},
        "quota": {"Retry-After": "3600", "x-should-retry": "false", "X-More": "1", "x-team": "billing"},
        "waf": {"Retry-After": "60", "X-Team": "ml", "X-More": "1"},
    }


def test_the_largest_body_fits_into_waf() -> None:
    response = RateLimitResponse(message="m" * 1024, docs_url="https://" + "d" * 1016)
    assert max(len(response.body(layer).encode()) for layer in Layer) <= LARGEST_BODY


@pytest.mark.parametrize(
    ("text", "start"),
    [
        pytest.param(CONTRACT + f'message = "{"m" * 1025}"', "rate_limit_response.message = ", id="9 a long message"),
        pytest.param(CONTRACT + 'message = "Costs $5"', "rate_limit_response.message = ", id="9 a variable of AWS"),
        pytest.param(CONTRACT + "message = 'Say \"please\"'", "rate_limit_response.message = ", id="9 a quote"),
        pytest.param(CONTRACT + 'message = "It\'s"', "rate_limit_response.message = ", id="9 an apostrophe"),
        pytest.param(CONTRACT + 'message = "a\\nb"', "rate_limit_response.message = ", id="9 a line break"),
        pytest.param(CONTRACT + "message = 'a\\b'", "rate_limit_response.message = ", id="9 a backslash"),
        pytest.param(CONTRACT + 'message = "Müde"', "rate_limit_response.message = ", id="9 beyond ASCII"),
        pytest.param(CONTRACT + 'message = "100%{"', "rate_limit_response.message = ", id="9 a template of Terraform"),
        pytest.param(
            CONTRACT + 'docs_url = "https://x/%{y"',
            "rate_limit_response.docs_url = 'https://x/...'",
            id="9 in the link too",
        ),
        pytest.param(CONTRACT + 'docs_url = "ftp://x"', "rate_limit_response.docs_url: ", id="9 no web address"),
        pytest.param(CONTRACT + "retry_after = { waf = 0 }", "rate_limit_response.retry_after.waf = 0", id="9 seconds"),
        pytest.param(
            CONTRACT + 'headers = { "X Team" = "a" }', 'rate_limit_response.headers."X Team"', id="9 a header's name"
        ),
        pytest.param(CONTRACT + 'headers = { X = "\'" }', "rate_limit_response.headers.X: ", id="9 a header's quote"),
        pytest.param(
            CONTRACT + f'headers = {{ X = "{"v" * 256}" }}', "rate_limit_response.headers.X: ", id="9 a long header"
        ),
    ],
)
def test_text_that_some_layer_would_read_otherwise_is_refused(tmp_path: Path, text: str, start: str) -> None:
    found = refusals(tmp_path, text)
    assert len(found) == 1
    assert found[0].startswith(start)


@pytest.mark.parametrize(("field", "shown"), [("message", " = 'https://a$'"), ("docs_url", ""), ("headers.X", "")])
def test_text_is_refused_in_words(tmp_path: Path, field: str, shown: str) -> None:
    assert refusals(tmp_path, CONTRACT + f"{field} = 'https://a$'") == [
        (
            f"rate_limit_response.{field}{shown}: must be printable ASCII without quotes, apostrophes, \\, $ "
            "and %{, which AWS or Terraform interpret"
        )
    ]


def test_a_link_is_a_link(tmp_path: Path) -> None:
    assert refusals(tmp_path, CONTRACT + "docs_url = 'docs.example.com'") == [
        ("rate_limit_response.docs_url: must be a web address that starts with https:// or http://, without spaces")
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(
            CONTRACT + 'headers = { Content-Type = "text/plain" }',
            [("rate_limit_response.headers: must not contain Content-Type: it is always application/json")],
            id="9 content type",
        ),
        pytest.param(
            CONTRACT + 'headers = { retry-after = "5" }',
            [
                "rate_limit_response.headers: must not contain retry-after: set retry_after instead",
            ],
            id="9 the contract's own",
        ),
        pytest.param(
            CONTRACT + 'headers = { X-A = "1", x-a = "2" }',
            [("rate_limit_response.headers: contains x-a twice; header names ignore case")],
            id="9 twice",
        ),
        pytest.param(
            CONTRACT + "headers = {" + ", ".join(f'X{n} = "1"' for n in range(10)) + "}",
            ["rate_limit_response.headers: AWS allows 10 headers, including Retry-After"],
            id="9 eleven",
        ),
        pytest.param(
            CONTRACT + "headers = {" + ", ".join(f'X{n} = "1"' for n in range(8)) + "}\n" + CORS,
            [
                (
                    "rate_limit_response.headers: with Retry-After and those of cors, the layer throttle "
                    "has 11 headers; AWS allows 10"
                )
            ],
            id="9 eleven with those of CORS",
        ),
        pytest.param(
            CONTRACT + "headers = {" + ", ".join(f'X{n} = "1"' for n in range(9)) + "}",
            [
                (
                    "rate_limit_response.headers: with Retry-After and x-should-retry, the layer quota has "
                    "11 headers; AWS allows 10"
                )
            ],
            id="9 eleven where it is not to be retried",
        ),
        pytest.param(
            CONTRACT + "[rate_limit_response.waf.headers]\n" + "".join(f'X{n} = "1"\n' for n in range(9)),
            [
                (
                    "rate_limit_response.waf.headers: with Retry-After and x-should-retry, the layer waf has "
                    "11 headers; AWS allows 10"
                )
            ],
            id="9 eleven of one layer",
        ),
        pytest.param(
            CONTRACT + 'waf = { headers = { X-Should-Retry = "true" } }',
            [("rate_limit_response.waf.headers: must not contain X-Should-Retry: set should_retry instead")],
            id="9 another header of the contract's own",
        ),
        pytest.param(
            CONTRACT + 'quota = { headers = { Access-Control-Allow-Origin = "*" } }\n' + CORS,
            [
                (
                    "rate_limit_response.quota.headers.Access-Control-Allow-Origin: "
                    "cors also sets this header; AWS allows it once"
                )
            ],
            id="9 one of CORS in one layer",
        ),
        pytest.param(
            CONTRACT + 'headers = { access-control-allow-origin = "*" }\n' + CORS,
            [
                (
                    "rate_limit_response.headers.access-control-allow-origin: "
                    "cors also sets this header; AWS allows it once"
                )
            ],
            id="9 one of CORS",
        ),
        pytest.param(
            MINIMAL + CORS + f"expose_headers = {EXPOSED}\n" + WAF,
            [("cors: makes Access-Control-Expose-Headers 269 characters long; WAF sends at most 255")],
            id="9 a header of CORS too long for WAF",
        ),
    ],
)
def test_headers_that_aws_does_not_take_are_refused(tmp_path: Path, text: str, lines: list[str]) -> None:
    assert refusals(tmp_path, text) == lines
