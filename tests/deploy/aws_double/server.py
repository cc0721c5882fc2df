"""An HTTP server in front of the emulator that answers as AWS documents if the emulator does not."""

import http.client
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.deploy.aws_double.request import Answer, Layer, Request, Send

_ANSWERS_WITHIN_SECONDS = 60
# The emulator closes one after 75 seconds, and what it is asked in that moment it may do and not answer.
_IDLES_AT_MOST_SECONDS = 30
# Of one connection only: https://www.rfc-editor.org/rfc/rfc9110#field.connection, read 2026-11.
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@contextmanager
def in_front_of(url: str, layers: Sequence[Layer]) -> Iterator[str]:
    """The URL of a server on 127.0.0.1 that forwards to `url` what its layers let through; the first layer is
    outermost.
    """
    upstream = _Upstream(url)
    send: Send = upstream
    for layer in reversed(layers):
        send = _through(layer, send)
    with closing(upstream), _Server(send) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _through(layer: Layer, send: Send) -> Send:
    return lambda request: layer(request, send)


class _Upstream:
    """Forwards calls over connections that it keeps."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._idle: deque[tuple[float, http.client.HTTPConnection]] = deque()

    def __call__(self, request: Request) -> Answer:
        """What the emulator answers. It is asked once: it may have done what an answer that is lost would say."""
        return self._ask(self._idle_connection() or self._new_connection(), request)

    def _idle_connection(self) -> http.client.HTTPConnection | None:
        """One that the emulator has not closed."""
        while True:
            try:
                since, connection = self._idle.pop()
            except IndexError:
                return None
            # What idles has nothing to read, except for the end that the other side has sent.
            closed = connection.sock is None or select.select([connection.sock], [], [], 0)[0]
            if not closed and time.monotonic() - since < _IDLES_AT_MOST_SECONDS:
                return connection
            connection.close()

    def _new_connection(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self._address, timeout=_ANSWERS_WITHIN_SECONDS)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    def _ask(self, connection: http.client.HTTPConnection, request: Request) -> Answer:
        try:
            answer = _answer_of(connection, request)
        except BaseException:
            connection.close()
            raise
        self._idle.append((time.monotonic(), connection))
        return answer


def _answer_of(connection: http.client.HTTPConnection, request: Request) -> Answer:
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers:
        if name.lower() not in _HOP_BY_HOP | {"expect"}:
            connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body)
    response = connection.getresponse()
    body = response.read()
    headers = tuple((name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP)
    # An answer to HEAD has the length of the body that GET would return.
    length = response.getheader("Content-Length") if request.method == "HEAD" else None
    return Answer(response.status, (*headers, *([("Content-Length", length)] if length else [])), body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, send: Send) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.send = send


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _pass(self) -> None:
        answer = self.server.send(Request(self.command, self.path, tuple(self.headers.items()), self._body()))
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in answer.headers):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def __getattr__(self, name: str) -> object:
        """`do_GET` and the like, which are all the same."""
        if name.startswith("do_"):
            return self._pass
        raise AttributeError(name)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def log_message(self, *_: object) -> None:
        pass
