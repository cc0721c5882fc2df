"""A model server on loopback that streams chat completions, a few words in each chunk."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ModelServer(ThreadingHTTPServer):
    """Answers the last message's words one by one, as server-sent events, and records the ids of the callers."""

    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Completion)
        self.answered: list[str] = []
        self.lock = threading.Lock()


class _Completion(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.answered.append(asked["user"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for word in asked["messages"][-1]["content"].split():
            self._event(json.dumps(_delta(asked["user"], {"role": "assistant", "content": f"{word} "}, None)))
        self._event(json.dumps(_delta(asked["user"], {}, "stop")))
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, data: str) -> None:
        chunk = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


def _delta(id: str, delta: dict[str, str], finish_reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": id, "object": "chat.completion.chunk", "created": 0, "model": "words", "choices": [choice]}
