"""API Gateway in front of one function, on loopback: it turns a request into a proxy event and the answer into a
response.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.metering.lambda_runtime import LambdaFunction


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, function: LambdaFunction) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.function = function
        self.one_at_a_time = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path, _, _ = self.path.partition("?")
        event = {
            "httpMethod": "POST",
            "path": path,
            "pathParameters": {"proxy": path.removeprefix("/v1/")},
            "multiValueHeaders": {name: self.headers.get_all(name) for name in self.headers},
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {"requestId": "r", "identity": {"sourceIp": "192.0.2.1", "apiKeyId": "key1"}},
        }
        with self.server.one_at_a_time:
            answer = self.server.function.invoke(event)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def api_gateway(function: LambdaFunction) -> Iterator[str]:
    """The URL while the block runs."""
    server = _Server(function)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
