"""A stage on loopback that behaves as configured: buckets, keys, and a rule that stops an address."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from settings.error_body import error_body
from settings.layer import Layer
from settings.rate_limit_response import RateLimitResponse


@dataclass(kw_only=True)
class Kept:
    """The behavior."""

    rate: float = 10
    burst: int = 5
    keys: tuple[str, ...] = ()
    """None: no key is required."""

    key_refused_with: int = 401
    stops_after: int | None = None
    response: RateLimitResponse = field(default_factory=RateLimitResponse)
    breaks: bool = False


class Stage(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, kept: Kept) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.kept = kept
        self.seen = 0
        self._tokens, self._last = float(kept.burst), time.monotonic()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, authorization: str) -> tuple[int, dict[str, str], str]:
        kept = self.kept
        with self._lock:
            self.seen += 1
            if kept.stops_after is not None and self.seen > kept.stops_after:
                return self._limited(Layer.WAF)
            if kept.breaks:
                return 500, {}, "{}"
            if kept.keys and authorization.removeprefix("Bearer ") not in kept.keys:
                body = error_body(message="No.", kind="invalid_request_error", code="invalid_api_key")
                return kept.key_refused_with, {}, body
            now = time.monotonic()
            self._tokens = min(kept.burst, self._tokens + (now - self._last) * kept.rate)
            self._last = now
            if self._tokens < 1:
                return self._limited(Layer.THROTTLE)
            self._tokens -= 1
        return 200, {}, json.dumps({"message": "Hello"})

    def _limited(self, layer: Layer) -> tuple[int, dict[str, str], str]:
        return 429, self.kept.response.response_headers(layer), self.kept.response.body(layer)


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stage

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, headers, body = self.server.answer(self.headers.get("Authorization", ""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def stage(kept: Kept) -> Iterator[Stage]:
    """Run the server during the block."""
    with Stage(kept) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
