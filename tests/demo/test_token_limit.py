"""Which limit in tokens the demo reaches, and how."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from demo.model_server import model_server
from demo.token_limit import NotAsSetError, Reachable, reachable, show_token_limit
from settings.environment import Environment
from settings.read import read_environment
from settings.usage_plan import key_names
from tests.environment_files import ROOT

ENDPOINT = "http://127.0.0.1:1/v1"
HEAD = """
[aws]
region = "us-east-1"
[api]
name = "a"
[stage]
name = "v1"
[throttling]
rate_limit = 10
burst_limit = 5
"""
ROUTE = """
[[routes]]
method = "POST"
path = "{path}"
api_key_required = {keys}
integration = {{ type = "http", url = "https://llm.example.com/x" }}
"""
LIMIT = '[[token_limits]]\nname = "all"\nby = "all"\ntokens_per_minute = 1000\n'


def found(environment: Environment) -> Reachable | str:
    values = {name: f"value of {name}" for name in key_names(environment.usage_plans).values()}
    return reachable(environment, ENDPOINT, values)


def read(folder: Path, text: str) -> Environment:
    file = folder / "tokens.toml"
    file.write_text(text, encoding="utf-8")
    return read_environment(file)


def test_the_limit_of_the_demos_own_file() -> None:
    assert found(read_environment(ROOT / "demo" / "token_limits.toml")) == Reachable(
        words="600 tokens per minute, for each key of the plan free",
        base_url=f"{ENDPOINT}/v1",
        keys=(("trial", "value of trial"), ("guest", "value of guest")),
        bearer=True,
        model="demo",
        max_tokens=360,
    )


def test_output_that_counts_five_times_and_a_model_that_has_a_price() -> None:
    assert found(read_environment(ROOT / "docs" / "examples" / "token_limits.toml")) == Reachable(
        words="10,000 tokens per minute, for each key of the plan free",
        base_url=f"{ENDPOINT}/v1",
        # One of the plan, and one of another.
        keys=(("trial", "value of trial"), ("acme", "value of acme")),
        bearer=False,
        model="us.anthropic.claude-sonnet-4-6",
        max_tokens=1200,
    )


def test_a_limit_of_everybody_on_a_route_without_keys(tmp_path: Path) -> None:
    text = HEAD + ROUTE.format(path="/openai/chat/completions", keys="false")
    limit = LIMIT + 'models = ["small-*"]\n'
    assert found(read(tmp_path, text + limit)) == Reachable(
        words="1,000 tokens per minute, by token_limits all",
        base_url=f"{ENDPOINT}/openai",
        keys=(),
        bearer=False,
        model="small-",
        max_tokens=600,
    )


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        pytest.param("/generate", LIMIT, id="no path of OpenAI's client"),
        pytest.param("/{tenant}/{proxy+}", LIMIT, id="a path with a variable"),
        pytest.param("/v1/{proxy+}", f'{LIMIT}mode = "count"\n', id="it refuses nobody"),
        pytest.param("/v1/{proxy+}", LIMIT.replace("per_minute", "per_day"), id="a day is long"),
    ],
)
def test_what_cannot_be_reached_is_said(tmp_path: Path, path: str, limit: str) -> None:
    assert found(read(tmp_path, HEAD + ROUTE.format(path=path, keys="false") + limit)) == (
        "no POST route that a chat completion reaches has a tokens_per_minute that refuses"
    )


def ask(url: str, **body: Any) -> str:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("POST", "/chat/completions", json.dumps(body))
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_the_model_uses_what_it_may_and_says_so() -> None:
    with model_server() as url:
        usage = json.loads(ask(url, max_tokens=30))["usage"]
        assert usage == {"prompt_tokens": 4, "completion_tokens": 30, "total_tokens": 34}
        streamed = ask(url, max_tokens=7, stream=True, stream_options={"include_usage": True})
        *_, last, done, end = streamed.split("\n\n")
        assert (json.loads(last.removeprefix("data: "))["usage"]["completion_tokens"], done, end) == (
            7,
            "data: [DONE]",
            "",
        )
        assert '"usage"' not in ask(url, stream=True)


@contextmanager
def answering(*statuses: int, code: str = "tokens_exceeded", retry_after: int = 0) -> Iterator[tuple[str, list[str]]]:
    """An API that answers with these statuses, one after the other, and what it saw in Authorization."""
    left, seen = list(statuses), list[str]()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(self.headers["Authorization"])
            status = left.pop(0)
            said = {"usage": {"total_tokens": 5}} if status == 200 else {"error": {"code": code}}
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Retry-After", str(retry_after))
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def shown(url: str) -> tuple[bool, str]:
    keys = (("a", "value-a"), ("b", "value-b"))
    limit = Reachable(words="w", base_url=url, keys=keys, bearer=True, model="m", max_tokens=3)
    console = Console(file=StringIO(), width=200)
    reached = show_token_limit(limit, console)
    assert isinstance(console.file, StringIO)
    return reached, console.file.getvalue()


def test_the_caller_waits_as_long_as_told_and_another_key_need_not() -> None:
    with answering(200, 429, 200, 200) as (url, seen):
        reached, said = shown(url)
    assert reached
    assert [value.removeprefix("Bearer ") for value in seen] == ["value-a", "value-a", "value-b", "value-a"]
    assert "HTTP/1.1 429 Too Many Requests" in said
    assert '"code": "tokens_exceeded"' in said


@pytest.mark.parametrize(("code", "retry_after"), [("requests_exceeded", 0), ("tokens_exceeded", 40_000)])
def test_another_limit_of_the_file_may_come_first(code: str, retry_after: int) -> None:
    with answering(200, 429, code=code, retry_after=retry_after) as (url, _):
        assert shown(url)[0] is False


@pytest.mark.parametrize(
    "statuses", [pytest.param((200, 200), id="not refused"), (500,), (200, 429, 429), (200, 429, 200, 429)]
)
def test_anything_else_is_not_as_set(statuses: tuple[int, ...]) -> None:
    with answering(*statuses) as (url, _), pytest.raises(NotAsSetError):
        shown(url)
