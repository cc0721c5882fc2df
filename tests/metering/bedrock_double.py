"""Bedrock's runtime endpoint on loopback: OpenAI's and Anthropic's formats, and InvokeModel of embedding models.

It accepts only requests with AWS's signature, which botocore computes again for every request. Its responses follow the
documentation of each API. `behave` in the body selects what goes wrong.
"""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret/of+the role",
    "AWS_SESSION_TOKEN": "token//of==a-role",
}
REGION = "us-east-1"

# What every answer says that it used: 20 in, of which 5 came from the cache, and 7 out.
CHAT = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27, "prompt_tokens_details": {"cached_tokens": 5}}
RESPONSES = {
    "input_tokens": 20,
    "output_tokens": 7,
    "total_tokens": 27,
    "input_tokens_details": {"cached_tokens": 5},
    "output_tokens_details": {"reasoning_tokens": 0},
}
ANTHROPIC = {"input_tokens": 15, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 0, "output_tokens": 7}
TEXT = ("Hé", "llo")

# https://github.com/aws-samples/sample-per-model-bedrock, 00-foundations/01, read 2026-11: with status 200.
UNKNOWN_PATH = {"Output": {"__type": "com.amazon.coral.service#UnknownOperationException"}, "Version": "1.0"}


def chat(model: str) -> dict[str, Any]:
    """https://platform.openai.com/docs/api-reference/chat/object, read 2026-11."""
    message = {"role": "assistant", "content": "".join(TEXT), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [choice],
        "usage": CHAT,
    }


def chat_stream(model: str, *, include_usage: bool) -> list[str]:
    """https://platform.openai.com/docs/api-reference/chat-streaming/streaming, read 2026-11."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    deltas = [
        head | {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}], "usage": None}
        for text in TEXT
    ]
    last = [head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None}]
    usage = [head | {"choices": [], "usage": CHAT}] if include_usage else []
    return [*(f"data: {json.dumps(each)}\n\n" for each in (*deltas, *last, *usage)), "data: [DONE]\n\n"]


def response(model: str, *, status: str = "completed") -> dict[str, Any]:
    """https://platform.openai.com/docs/api-reference/responses/object, read 2026-11."""
    content = [{"type": "output_text", "text": "".join(TEXT), "annotations": []}]
    output = [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}]
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": model,
        "status": status,
        "error": None,
        "output": output if status == "completed" else [],
        "usage": RESPONSES if status == "completed" else None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def response_stream(model: str) -> list[str]:
    """https://platform.openai.com/docs/api-reference/responses-streaming, read 2026-11."""
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    [item] = response(model)["output"]
    [part] = item["content"]
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": response(model, status="in_progress")},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": item | {"content": [], "status": "in_progress"},
        },
        {"type": "response.content_part.added", **at, "part": part | {"text": ""}},
        *({"type": "response.output_text.delta", **at, "logprobs": [], "delta": text} for text in TEXT),
        {"type": "response.output_text.done", **at, "logprobs": [], "text": part["text"]},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": response(model)},
    ]
    return [_event(event | {"sequence_number": number}) for number, event in enumerate(events)]


def message(model: str) -> dict[str, Any]:
    """https://docs.anthropic.com/en/api/messages, read 2026-11."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": "".join(TEXT)}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": ANTHROPIC,
    }


def message_stream(model: str) -> list[str]:
    """https://docs.anthropic.com/en/api/messages-streaming, read 2026-11."""
    begun = message(model) | {"content": [], "stop_reason": None, "usage": ANTHROPIC | {"output_tokens": 1}}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in TEXT),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 7},
        },
        {"type": "message_stop"},
    ]
    return [_event(event) for event in events]


def _event(event: dict[str, Any]) -> str:
    return f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"


class BedrockDouble(ThreadingHTTPServer):
    """Keeps each request: path, headers and body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.texts: list[str] = []
        self.gone = threading.Event()

    @property
    def url(self) -> str:
        """The URL of the double."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def bedrock_double() -> Iterator[BedrockDouble]:
    """Runs until the block ends."""
    server = BedrockDouble()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def is_signed(method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether the signature is the one that botocore computes for the same request, for Bedrock in this Region."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\S+)", headers.get("authorization", "")
    )
    if not found:
        return False
    credential, names, signature = found.groups()
    keys = Credentials(*CREDENTIALS.values())
    scope = f"{headers['x-amz-date'][:8]}/{REGION}/bedrock/aws4_request"
    signed = {name: headers[name] for name in names.split(";")}
    if (
        credential != f"{keys.access_key}/{scope}"
        or not {"host", "x-amz-date", "x-amz-security-token"} <= signed.keys()
    ):
        return False
    if signed["x-amz-security-token"] != keys.token:
        return False
    request = AWSRequest(method=method, url=f"http://{headers['host']}{path}", headers=signed, data=body)
    request.context["timestamp"] = headers["x-amz-date"]
    auth = SigV4Auth(keys, "bedrock", REGION)
    made: str = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return made == signature


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BedrockDouble

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = json.loads(body)
        self.server.asked.append((self.path, headers, asked))
        self.server.texts.append(body.decode())
        if not is_signed("POST", self.path, headers, body):
            denied = "The request signature we calculated does not match the signature you provided."
            self._whole({"message": denied}, 403, {"x-amzn-errortype": "InvalidSignatureException"})
            return
        behave = asked.get("behave", {})
        time.sleep(behave.get("late", 0))
        if "status" in behave or "document" in behave:
            document = behave.get("document", {"message": "no"})
            self._whole(document, behave.get("status", 200), behave.get("headers", {}))
        elif behave.get("unknown path"):
            self._whole(UNKNOWN_PATH)
        elif embedding := re.fullmatch(r"/model/(.+)/invoke", self.path):
            self._embed(embedding[1], asked)
        else:
            self._answer(asked, behave)

    def _answer(self, asked: dict[str, Any], behave: dict[str, Any]) -> None:
        model, streams = asked["model"], asked.get("stream", False)
        match self.path:
            case "/openai/v1/chat/completions":
                include = asked.get("stream_options", {}).get("include_usage", False)
                whole, events = chat(model), chat_stream(model, include_usage=include)
            case "/openai/v1/responses":
                whole, events = response(model), response_stream(model)
            case "/anthropic/v1/messages":
                whole, events = message(model), message_stream(model)
            case _:
                self._whole(UNKNOWN_PATH)
                return
        if streams:
            self._stream(events, behave)
        else:
            self._whole(whole, headers={"x-request-id": "r-1", "x-amzn-bedrock-account": "111122223333"})

    def _embed(self, model: str, asked: dict[str, Any]) -> None:
        if model.startswith("cohere."):
            vectors = [[float(len(text)), 0.5] for text in asked["texts"]]
            self._whole({"embeddings": {"float": vectors}}, headers={"x-amzn-bedrock-input-token-count": "20"})
        elif asked["inputText"] == "limited":
            self._whole({"message": "Too many requests"}, 429, {"x-amzn-errortype": "ThrottlingException"})
        else:
            self._whole({"embedding": [float(len(asked["inputText"])), 0.5], "inputTextTokenCount": 10})

    def _whole(self, document: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, events: list[str], behave: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for number, event in enumerate(events):
                if number == behave.get("cut"):
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                if number == behave.get("fails"):
                    self._chunk(behave["event"])
                    break
                self._chunk(event)
                if behave.get("endless") and number == 1:
                    self._go_on(event)
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.server.gone.set()
            self.close_connection = True

    def _go_on(self, event: str) -> None:
        """The same event again and again, until the caller stops reading."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self._chunk(event)
            time.sleep(0.01)

    def _chunk(self, text: str) -> None:
        piece = text.encode()
        self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass
