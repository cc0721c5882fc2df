"""A stage on loopback that behaves as configured: buckets, keys, and a rule that stops an address."""

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
    quota: int | None = None
    stops_after: int | None = None
    response: RateLimitResponse = field(default_factory=RateLimitResponse)
    status: int = 200
    """Of a request that is served."""

    served: bytes = b'{"message": "Hello"}'
    hangs: bool = False
    """Accepts requests and never answers."""


class Stage(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, kept: Kept) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.kept = kept
        self.seen = 0
        self.methods: set[str] = set()
        self.bodies: set[bytes] = set()
        self.ended = threading.Event()
        self._tokens, self._last = float(kept.burst), time.monotonic()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, authorization: str) -> tuple[int, dict[str, str], str | bytes]:
        kept = self.kept
        with self._lock:
            self.seen += 1
            if kept.stops_after is not None and self.seen > kept.stops_after:
                return self._limited(Layer.WAF)
            if kept.keys and authorization.removeprefix("Bearer ") not in kept.keys:
                body = error_body(message="No.", kind="invalid_request_error", code="invalid_api_key")
                return kept.key_refused_with, {}, body
            if kept.quota is not None and self.seen > kept.quota:
                return self._limited(Layer.QUOTA)
            now = time.monotonic()
            self._tokens = min(kept.burst, self._tokens + (now - self._last) * kept.rate)
            self._last = now
            if self._tokens < 1:
                return self._limited(Layer.THROTTLE)
            self._tokens -= 1
        return kept.status, {}, kept.served

    def _limited(self, layer: Layer) -> tuple[int, dict[str, str], str | bytes]:
        return 429, self.kept.response.response_headers(layer), self.kept.response.body(layer)


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stage

    def _serve(self) -> None:
        self.server.methods.add(self.command)
        self.server.bodies.add(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        status, headers, body = self.server.answer(self.headers.get("Authorization", ""))
        if self.server.kept.hangs:
            self.server.ended.wait()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        content = body.encode() if isinstance(body, str) else body
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_POST = do_GET = do_HEAD = _serve  # noqa: N815  # the names that http.server looks for

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def stage(kept: Kept) -> Iterator[Stage]:
    """Run the server during the block."""
    with Stage(kept) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
