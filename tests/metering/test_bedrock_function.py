"""The packaged function of a Bedrock route without limits in tokens, under AWS's own runtime client."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from constructs.gateway.bedrock_integration import CODE
from tests.metering.conftest import SHAPE, event
from tests.metering.lambda_runtime import LambdaFunction, running
from tests.metering.model_server import ModelServer
from tests.metering.node import PACKAGES

MODEL = "anthropic.claude-sonnet-4-6"
Start = Callable[[], LambdaFunction]


@pytest.fixture
def start(tmp_path: Path, model: ModelServer) -> Iterator[Start]:
    """Starts the streaming function; everything ends with the test."""
    with ExitStack() as stack:

        def streaming() -> LambdaFunction:
            function = tmp_path / "function"
            shutil.copytree(CODE, function)
            (function / "node_modules").symlink_to(PACKAGES, target_is_directory=True)
            # The client speaks HTTP/2 with AWS, and the model server here does not.
            file = function / "index.mjs"
            text = file.read_text(encoding="utf-8")
            client = "new BedrockRuntimeClient({"
            assert text.count(client) == 1
            text = text.replace(client, f"{client} requestHandler: new NodeHttpHandler(),")
            handler = 'import { NodeHttpHandler } from "@smithy/node-http-handler";\n'
            file.write_text(handler + text, encoding="utf-8")
            variables = {
                "MODEL_ID": MODEL,
                "RATE_LIMIT_BODY": json.dumps(SHAPE),
                "RATE_LIMIT_HEADERS": "Retry-After: 7",
                "RESPONSE_HEADERS": "Access-Control-Allow-Origin: *",
                "TIMEOUT_MILLISECONDS": "29000",
                "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url,
            }
            return stack.enter_context(running(function, variables, tmp_path, streams=True))

        yield streaming


def test_a_stream_has_status_headers_and_events(start: Start) -> None:
    answer = start().invoke(event({}))
    assert (answer.status, answer.headers["content-type"], len(answer.events)) == (200, "text/event-stream", 2)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.complete


def test_a_stream_without_a_chunk_has_status_and_headers(start: Start) -> None:
    answer = start().invoke(event({"behave": {"no chunks": True}}))
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/event-stream", b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.complete
