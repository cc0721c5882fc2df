"""Adds to the local emulator what it leaves out of API Gateway: keys from an authorizer, and WAF.

The emulator stores `apiKeySource` but ignores it: it only reads x-api-key. This server calls the deployed authorizer as
API Gateway documents, and passes its `usageIdentifierKey` on as x-api-key. Everything else, including a key's usage
plan, its limits and every refusal, comes from the emulator. WAF's 429 is replayed from the synthesized JSON.
"""

import http.client
import json
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_MOST_REPEATS = 20
_HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Asked:
    """The requests with one key."""

    times: list[float] = field(default_factory=list)
    """When each answer was sent, on the monotonic clock."""

    statuses: list[int] = field(default_factory=list)


class BearerGateway(ThreadingHTTPServer):
    """Run in front of the stage at that URL. `stopped_by_waf` has WAF's 429 for each key that it stops."""

    request_queue_size = 64

    def __init__(self, stage: str, *, functions: Any, authorizer: Mapping[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.stage = urlsplit(stage)
        self.functions = functions
        self.function = authorizer["authorizerUri"].rpartition(":function:")[2].removesuffix("/invocations")
        self.identity_sources = [source.strip() for source in authorizer.get("identitySource", "").split(",") if source]
        self.stopped_by_waf: dict[str, Reply] = {}
        self.refused_first: set[str] = set()
        """Keys whose first request is repeated until the stage refuses it, so that the bucket or the quota is then
        empty, even on a slow machine."""
        self.asked: dict[str, Asked] = defaultdict(Asked)
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def key_of(self, method: str, path: str, headers: dict[str, str]) -> str | None:
        """The authorizer's answer to the event of a REQUEST authorizer; None is a 401.

        AWS does not call it if an identity source is missing from the request.
        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
        https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html
        """
        sent = {f"method.request.header.{name}".lower() for name, value in headers.items() if value}
        if any(source.startswith("method.") and source.lower() not in sent for source in self.identity_sources):
            return None
        stage = self.stage.path.rpartition("/")[2]
        event = {
            "type": "REQUEST",
            "methodArn": f"arn:aws:execute-api:us-east-1:000000000000:api/{stage}/{method}{path}",
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": {},
            "requestContext": {"stage": stage, "httpMethod": method, "identity": {"sourceIp": "127.0.0.1"}},
        }
        answer = self.functions.invoke(FunctionName=self.function, Payload=json.dumps(event).encode())
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            assert said["errorMessage"] == "Unauthorized", said
            return None
        (statement,) = said["policyDocument"]["Statement"]
        assert statement["Effect"] == "Allow"
        return str(said["usageIdentifierKey"])

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """The stage's answer, behind WAF and with the key from the authorizer."""
        key = self.key_of(method, path, headers)
        stopped = self.stopped_by_waf.get(key or "")
        reply = stopped or self._forwarded(method, path, headers, body, key)
        with self.lock:
            asked = self.asked[key or ""]
            asked.statuses.append(reply.status)
            asked.times.append(time.monotonic())
        return reply

    def _forwarded(self, method: str, path: str, headers: dict[str, str], body: bytes, key: str | None) -> Reply:
        handed_on = {name: value for name, value in headers.items() if name.lower() != "x-api-key"}
        if key:
            handed_on["x-api-key"] = key
        for _ in range(_MOST_REPEATS if key in self.refused_first else 1):
            reply = self._ask(method, path, handed_on, body)
            if reply.status == http.client.TOO_MANY_REQUESTS:
                break
        self.refused_first.discard(key or "")
        return reply

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        connection = http.client.HTTPConnection(self.stage.hostname or "", self.stage.port, timeout=60)
        try:
            connection.request(method, self.stage.path + path, body=body, headers=headers)
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BearerGateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        reply = self.server.answer("POST", self.path, headers, body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        pass
