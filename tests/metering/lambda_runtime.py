"""Lambda's runtime API, as much as one function needs: AWS's own client for Node asks it for events, and answers it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.metering.node import HERE, NODE, PACKAGES

_ANSWERS_WITHIN_SECONDS = 60
_PRELUDE_ENDS = b"\0" * 8


@dataclass(kw_only=True)
class Answer:
    """What API Gateway would send to the caller."""

    status: int
    headers: dict[str, str]
    body: bytes
    complete: bool = True
    """False if the function's stream broke off."""

    @property
    def json(self) -> Any:
        """The whole body."""
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The data of a stream's events, parsed if it is JSON."""
        texts = [line[5:].strip() for line in self.body.decode().splitlines() if line.startswith("data:")]
        return [json.loads(text) if text.startswith("{") else text for text in texts]


@dataclass(kw_only=True)
class _Invocation:
    id: str
    event: Mapping[str, Any]
    seconds: float
    hangs_up_after: int | None
    stops_reading_after: int | None
    raw: bytearray = field(default_factory=bytearray)
    complete: bool = False
    done: threading.Event = field(default_factory=threading.Event)
    failed: bool = False


class _Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"
    broken = False

    def do_GET(self) -> None:
        invocation = self.server.waiting.get()
        if invocation is None:
            self.close_connection = True
            return
        self.server.running[invocation.id] = invocation
        body = json.dumps(invocation.event).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", invocation.id)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + invocation.seconds) * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111122223333:function:f")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        *_, request_id, kind = self.path.split("/")
        invocation = self.server.running.get(request_id)
        if invocation is None:
            self.close_connection = True
            return
        try:
            for chunk in self._chunks():
                invocation.raw += chunk
                limit = invocation.hangs_up_after
                if limit is not None and len(invocation.raw) > limit:
                    # Without an answer: the function's stream breaks.
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                limit = invocation.stops_reading_after
                if limit is not None and len(invocation.raw) > limit:
                    self.server.stopped.wait()
                    self.close_connection = True
                    return
            invocation.complete = not self.broken
        finally:
            invocation.failed = kind == "error"
            invocation.done.set()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _chunks(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding") != "chunked":
            yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        while line := self.rfile.readline():
            size = int(line.split(b";")[0], 16)
            if size == 0:
                break
            yield self.rfile.read(size)
            self.rfile.readline()
        # Nothing where a size should be: the connection is closed before the end.
        self.broken = not line
        while self.rfile.readline().strip():
            pass

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Api)
        self.waiting: queue.Queue[_Invocation | None] = queue.Queue()
        self.running: dict[str, _Invocation] = {}
        self.stopped = threading.Event()


class LambdaFunction:
    """The running function. It gets one event at a time, as in Lambda."""

    def __init__(self, server: _Server, process: subprocess.Popen[bytes], log: Path, *, streams: bool) -> None:
        self._server = server
        self._process = process
        self._log = log
        self._streams = streams

    def invoke(self, event: Mapping[str, Any], *, seconds: float = 29, hangs_up_after: int | None = None) -> Answer:
        """The response to the event. The function has `seconds` left. A caller may hang up after some bytes."""
        invocation = _Invocation(
            id=str(uuid.uuid4()),
            event=event,
            seconds=seconds,
            hangs_up_after=hangs_up_after,
            stops_reading_after=None,
        )
        self._server.waiting.put(invocation)
        deadline = time.monotonic() + _ANSWERS_WITHIN_SECONDS
        while not invocation.done.wait(0.2):
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, f"no answer:\n{self.log}"
        raw = bytes(invocation.raw)
        assert not invocation.failed, f"{raw.decode()}\n{self.log}"
        if not self._streams:
            said = json.loads(raw)
            return Answer(
                status=said["statusCode"],
                headers={name.lower(): value for name, value in said["headers"].items()},
                body=said["body"].encode(),
            )
        prelude, _, body = raw.partition(_PRELUDE_ENDS)
        said = json.loads(prelude)
        headers = {name.lower(): value for name, value in said["headers"].items()}
        return Answer(status=said["statusCode"], headers=headers, body=body, complete=invocation.complete)

    def start(self, event: Mapping[str, Any], *, seconds: float, stops_reading_after: int) -> None:
        """Invokes for a caller who hangs up after some bytes. Lambda does not tell the function."""
        invocation = _Invocation(
            id=str(uuid.uuid4()),
            event=event,
            seconds=seconds,
            hangs_up_after=None,
            stops_reading_after=stops_reading_after,
        )
        self._server.waiting.put(invocation)

    @property
    def log(self) -> str:
        """Everything that the function has written."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def records(self) -> list[dict[str, Any]]:
        """The log's lines of metrics, oldest first."""
        lines = [line[line.index('{"_aws"') :] for line in self.log.splitlines() if '{"_aws"' in line]
        return [json.loads(line) for line in lines]


@contextmanager
def running(function: Path, variables: Mapping[str, str], folder: Path, *, streams: bool) -> Iterator[LambdaFunction]:
    """The function's folder under AWS's runtime client, until the block ends."""
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    log = folder / f"log-{uuid.uuid4()}.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            # AWS's client dies of a connection to the runtime API that breaks, which Lambda's own does not.
            [
                NODE,
                "--unhandled-rejections=warn",
                "--require",
                HERE / "transport.cjs",
                PACKAGES / "aws-lambda-ric" / "index.mjs",
            ],
            cwd=function,
            env={
                "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "local",
                "AWS_REGION": "us-east-1",
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
                "AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1": "true",
                "AWS_LAMBDA_FUNCTION_NAME": "f",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
                "AWS_LAMBDA_LOG_STREAM_NAME": "s",
                "LAMBDA_TASK_ROOT": str(function),
                "_HANDLER": "index.stream" if streams else "index.invoke",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            yield LambdaFunction(server, process, log, streams=streams)
        finally:
            process.kill()
            process.wait()
            server.stopped.set()
            server.waiting.put(None)
            server.shutdown()
            server.server_close()
