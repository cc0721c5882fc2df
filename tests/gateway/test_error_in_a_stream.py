"""An error after a stream has begun, as the packaged functions send it, with the client libraries."""

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from settings.error_body import error_body
from tests.deploy.client_programs import CLIENTS, OLD_PYTHON, PYTHON, missing

MESSAGE = "The model did not answer in time."
EVENT = f"event: error\ndata: {error_body(message=MESSAGE, kind='server_error', code='model_timeout')}\n\n"
DELTA = {"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}
CHUNK = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "any", "choices": [DELTA]}
STARTED: dict[str, Any] = {
    "id": "x",
    "type": "message",
    "role": "assistant",
    "model": "any",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
START = {"type": "message_start", "message": STARTED}

ASKED = 'model="any", messages=[{"role": "user", "content": "Hello"}], stream=True'
ASKED_IN_JS = 'model: "any", messages: [{ role: "user", content: "Hello" }], stream: true'
PYTHON_PROGRAM = """
import sys
{client}
try:
    for _ in stream:
        print("began")
except Exception as error:
    print(error)
"""
JS_PROGRAM = """
{client}
try {{
  for await (const _ of stream) console.log("began");
}} catch (error) {{
  console.log(error.message);
}}
"""
PROGRAMS = {
    "openai-python": """
from openai import OpenAI
stream = OpenAI(base_url=sys.argv[1] + "/v1", api_key="k").chat.completions.create(ASKED)
""",
    "anthropic-python": """
from anthropic import Anthropic
stream = Anthropic(base_url=sys.argv[1], api_key="k").messages.create(max_tokens=9, ASKED)
""",
    "openai-js": """
import OpenAI from "openai";
const client = new OpenAI({ baseURL: process.argv[1] + "/v1", apiKey: "k" });
const stream = await client.chat.completions.create({ ASKED });
""",
    "anthropic-js": """
import Anthropic from "@anthropic-ai/sdk";
const client = new Anthropic({ baseURL: process.argv[1], apiKey: "k" });
const stream = await client.messages.create({ max_tokens: 9, ASKED });
""",
}


class Model(BaseHTTPRequestHandler):
    """One chunk, and then the error. The status has been sent with the chunk."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        first = (
            f"data: {json.dumps(CHUNK)}" if "chat" in self.path else f"event: message_start\ndata: {json.dumps(START)}"
        )
        self.wfile.write(f"{first}\n\n{EVENT}".encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if reason := missing():
        pytest.skip(reason)
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def output(command: Sequence[str | Path]) -> str:
    done = subprocess.run(command, cwd=CLIENTS, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("openai-python", PYTHON),
        pytest.param("openai-python", OLD_PYTHON, id="openai-python-of-2024"),
        ("anthropic-python", PYTHON),
        ("openai-js", None),
        ("anthropic-js", None),
    ],
)
def test_it_is_raised_with_our_message(url: str, name: str, python: Path | None) -> None:
    if python:
        client = PROGRAMS[name].replace("ASKED", ASKED)
        shown = output([python, "-c", PYTHON_PROGRAM.format(client=client), url])
    else:
        program = JS_PROGRAM.format(client=PROGRAMS[name].replace("ASKED", ASKED_IN_JS))
        shown = output(["node", "--input-type=module", "--eval", program, url])
    began, raised = shown.splitlines()
    assert began == "began"
    assert MESSAGE in raised
