"""A model on the local machine. It answers OpenAI's chat completions with a few words, and uses every token that it
may.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_WORDS = ("Hello ", "from ", "the ", "demo's ", "model.")
_BYTES_OF_A_TOKEN = 4
_WITHOUT_A_CAP = 16


@contextmanager
def model_server() -> Iterator[str]:
    """Run the server until the block ends, and return its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Completion)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Completion(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = json.loads(body)
        if request.get("stream"):
            self._stream(request, len(body))
        else:
            message = {"role": "assistant", "content": "".join(_WORDS)}
            choice = {"index": 0, "message": message, "finish_reason": "length"}
            answer = _about(request, "chat.completion") | {"choices": [choice], "usage": _usage(request, len(body))}
            self._send(json.dumps(answer).encode(), "application/json")

    def _stream(self, request: dict[str, Any], size: int) -> None:
        about = _about(request, "chat.completion.chunk")
        deltas: list[tuple[dict[str, str], str | None]] = [({"content": word}, None) for word in _WORDS]
        events = [
            about | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
            for delta, reason in [*deltas, ({}, "length")]
        ]
        if (request.get("stream_options") or {}).get("include_usage"):
            events.append(about | {"choices": [], "usage": _usage(request, size)})
        lines = [*(json.dumps(event) for event in events), "[DONE]"]
        self._send("".join(f"data: {line}\n\n" for line in lines).encode(), "text/event-stream")

    def _send(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _about(request: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-demo", "object": kind, "created": 0, "model": request.get("model", "demo")}


def _usage(request: dict[str, Any], size: int) -> dict[str, int]:
    """The usage: as many output tokens as the request allows."""
    cap = request.get("max_completion_tokens") or request.get("max_tokens") or _WITHOUT_A_CAP
    prompt = size // _BYTES_OF_A_TOKEN
    return {"prompt_tokens": prompt, "completion_tokens": cap, "total_tokens": prompt + cap}
