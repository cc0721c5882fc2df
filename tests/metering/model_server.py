"""A model server on loopback that supports every format, and fails as the request asks."""

import base64
import binascii
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What every answer says that it used: 20 in, of which 5 came from the cache, and 7 out.
CHAT = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27, "prompt_tokens_details": {"cached_tokens": 5}}
RESPONSES = {"input_tokens": 20, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 5}}
ANTHROPIC = {"input_tokens": 15, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 0, "output_tokens": 7}
# From GPT-5.6: of the 20, 5 were read from the cache and 10 written to it.
CHAT_WITH_CACHE_WRITE = CHAT | {"prompt_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 10}}
RESPONSES_WITH_CACHE_WRITE = RESPONSES | {"input_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 10}}
# The summary of a long conversation, which is not in the numbers of the answer itself.
COMPACTION = ANTHROPIC | {
    "iterations": [
        {"type": "compaction", "input_tokens": 1800, "output_tokens": 35},
        {"type": "message"} | ANTHROPIC,
    ]
}
CONVERSE = {"inputTokens": 15, "cacheReadInputTokens": 5, "cacheWriteInputTokens": 0, "outputTokens": 7}
INVOCATION = {"inputTokenCount": 15, "cacheReadInputTokenCount": 5, "outputTokenCount": 7}


def whole(dialect: str) -> dict[str, Any]:
    """The response to a call that does not stream."""
    answers: dict[str, dict[str, Any]] = {
        "chat": {"object": "chat.completion", "choices": [{"message": {"content": "hi"}}], "usage": CHAT},
        "responses": {"object": "response", "output": [], "usage": RESPONSES},
        "embeddings": {"object": "list", "data": [], "usage": {"prompt_tokens": 20, "total_tokens": 20}},
        "anthropic": {"type": "message", "content": [], "usage": ANTHROPIC},
        "converse": {"output": {}, "usage": CONVERSE},
        "ollama": {"done": True, "prompt_eval_count": 20, "eval_count": 7},
        "chat that writes a cache": {"choices": [], "usage": CHAT_WITH_CACHE_WRITE},
        "responses that write a cache": {"object": "response", "output": [], "usage": RESPONSES_WITH_CACHE_WRITE},
        "compaction": {"type": "message", "content": [], "usage": COMPACTION},
        "chat zero": {"choices": [], "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}},
        "silent": {"choices": []},
        "null": {"choices": [], "usage": None},
    }
    return answers[dialect]


def stream(dialect: str, *, include_usage: bool) -> list[dict[str, Any]]:  # noqa: C901, PLR0911  # a table, of lists
    """The events of a call that streams."""
    delta = {"object": "chat.completion.chunk", "choices": [{"delta": {"content": "é"}}]}
    match dialect:
        case "chat":
            return [delta, delta, *([{"choices": [], "usage": CHAT}] if include_usage else [])]
        case "chat every chunk":
            growing = [CHAT | {"completion_tokens": tokens} for tokens in (1, 4, 7)]
            return [delta | {"usage": usage} for usage in growing]
        case "chat null":
            return [delta | {"usage": None}, delta | {"usage": None}]
        case "responses":
            events = [{"type": "response.created", "response": {"usage": None}}]
            return [*events, {"type": "response.incomplete", "response": {"usage": RESPONSES}}]
        case "anthropic":
            start = {"type": "message_start", "message": {"usage": ANTHROPIC | {"output_tokens": 1}}}
            deltas = [{"type": "message_delta", "usage": {"output_tokens": tokens}} for tokens in (3, 7)]
            return [start, *deltas, {"type": "message_stop"}]
        case "compaction":
            start = {"type": "message_start", "message": {"usage": ANTHROPIC | {"output_tokens": 1}}}
            return [start, {"type": "message_delta", "usage": COMPACTION}, {"type": "message_stop"}]
        case "chat zero":
            return [delta, {"choices": [], "usage": {"prompt_tokens": 0, "completion_tokens": 0}}]
        case "anthropic unfinished":
            return [{"type": "message_start", "message": {"usage": ANTHROPIC | {"output_tokens": 1}}}]
        case "converse":
            return [{"contentBlockDelta": {}}, {"metadata": {"usage": CONVERSE}}]
        case "bedrock":
            return [
                {"type": "message_delta", "usage": {"output_tokens": 2}},
                {"amazon-bedrock-invocationMetrics": INVOCATION},
            ]
        case _:
            return [delta]


class ModelServer(ThreadingHTTPServer):
    """Keeps each request. `behave` in the request's body selects a format and a failure."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.gone = threading.Event()
        self.sent = 0
        """Bytes of streams without an end."""

    @property
    def url(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = json.loads(body) if body else {}
        self.server.asked.append((self.path, dict(self.headers), asked))
        behave = asked.get("behave", {})
        time.sleep(behave.get("late", 0))
        dialect = behave.get("dialect", "chat")
        if "status" in behave:
            document = behave.get("document", {"error": {"message": "no"}})
            self._whole(behave["status"], document, behave.get("headers", {}))
        elif behave.get("empty"):
            self.send_response(204)
            self.end_headers()
        elif "stalls after" in behave:
            self._stall(whole(dialect), behave["stalls after"])
        elif self.path.endswith("invoke"):
            self._whole(200, whole("silent"), {"x-amzn-bedrock-input-token-count": "15"} | _BEDROCK)
        elif self.path.endswith("invoke-with-response-stream"):
            events = [] if behave.get("no chunks") else stream("bedrock", include_usage=False)
            chunks = (_chunk(event) for event in events)
            broken = _with_exception(chunks, behave.get("exception"), behave.get("message", "too much"))
            self._stream("application/vnd.amazon.eventstream", broken, behave)
        elif behave.get("lines"):
            lines = [{"done": False}, whole("ollama")]
            self._stream("application/x-ndjson", (f"{json.dumps(line)}\n".encode() for line in lines), behave)
        elif asked.get("stream"):
            include = asked.get("stream_options", {}).get("include_usage", False)
            events = stream(dialect, include_usage=include)
            texts = [f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode() for event in events]
            done = [b"data: [DONE]\n\n"] if dialect == "chat" and not behave.get("no done") else []
            self._stream("text/event-stream", iter([*texts, *done]), behave)
        else:
            self._whole(200, whole(dialect), {})

    def _whole(self, status: int, document: Any, headers: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, content_type: str, chunks: Iterator[bytes], behave: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = _cut(chunks) if behave.get("split") else chunks
        try:
            for number, piece in enumerate(pieces):
                if number == behave.get("reset"):
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.flush()
                time.sleep(behave.get("pause", 0))
            if behave.get("stalls"):
                self._wait_until_gone()
                return
            if behave.get("endless"):
                self._go_on(0 if behave.get("large") else 0.01)
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.server.gone.set()
            self.close_connection = True

    def _stall(self, document: Any, size: int) -> None:
        """The first bytes of a response, and then nothing until the caller hangs up."""
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:size])
        self.wfile.flush()
        self._wait_until_gone()

    def _wait_until_gone(self) -> None:
        self.connection.settimeout(30)
        try:
            if not self.connection.recv(1):
                self.server.gone.set()
        except OSError:
            self.server.gone.set()
        self.close_connection = True

    def _go_on(self, pause: float) -> None:
        chunk = b'data: {"choices": [{"delta": {"content": "' + b"x" * 1000 + b'"}}]}\n\n'
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.flush()
            self.server.sent += len(chunk)
            time.sleep(pause)

    def log_message(self, *_: object) -> None:
        pass


def _cut(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces that end anywhere, even inside a character."""
    for chunk in chunks:
        yield from (chunk[at : at + 7] for at in range(0, len(chunk), 7))


_BEDROCK = {"x-amzn-bedrock-output-token-count": "7", "x-amzn-bedrock-cache-read-input-token-count": "5"}


def _chunk(event: dict[str, Any]) -> bytes:
    payload = {"bytes": base64.b64encode(json.dumps(event).encode()).decode()}
    return _message({":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}, payload)


def _with_exception(events: Iterator[bytes], name: str | None, message: str) -> Iterator[bytes]:
    if name is None:
        yield from events
        return
    yield next(events)
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    yield _message(headers, {"message": message})


def _message(headers: dict[str, str], payload: dict[str, Any]) -> bytes:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html describes the encoding."""
    packed = b"".join(
        struct.pack("!B", len(name)) + name.encode() + b"\7" + struct.pack("!H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack("!II", 16 + len(packed) + len(body), len(packed))
    message = prelude + struct.pack("!I", binascii.crc32(prelude)) + packed + body
    return message + struct.pack("!I", binascii.crc32(message))
