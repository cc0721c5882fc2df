"""The function with AWS's runtime client, a model behind it, and a table, of ministack and of moto."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.metering.lambda_runtime import Answer, LambdaFunction, running
from tests.metering.model_server import ModelServer
from tests.metering.node import PACKAGES, copied
from tests.metering.stores import items, new_table, store

NAMESPACE = "Spillway/test/v1"
SHAPE = {"type": "error", "error": {"message": "Slow down.", "type": "rate_limit_error", "param": None, "code": "x"}}
PRICES = {"priced": {"input": 1.0, "cached_input": 0.1, "cache_write": 1.0, "output": 10.0}}
WEIGHTS = {"input": 1, "cached_input": 1, "cache_write": 1, "output": 1}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the packages of package.json (make test installs them), only the model check runs."""
    if PACKAGES.is_dir():
        return
    missing = pytest.mark.skip(reason="tests/metering/node_modules is not installed: make install")
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name != "test_model.py":
            item.add_marker(missing)


@dataclass(kw_only=True)
class Deployed:
    """One function, its table and its model."""

    function: LambdaFunction
    model: ModelServer
    store_url: str
    table: str

    def ask(self, body: Mapping[str, Any] | None = None, *, key: str = "key1", **more: Any) -> Answer:
        """The response to a caller with that key and that body."""
        invoke = {name: more.pop(name) for name in ("seconds", "hangs_up_after") if name in more}
        return self.function.invoke(event(body if body is not None else {"model": "m"}, key=key, **more), **invoke)

    def send(self, body: str | bytes, **more: Any) -> Answer:
        """The response to a body that is sent as it is; bytes as API Gateway encodes them."""
        raw = {"body": body, "isBase64Encoded": False}
        if isinstance(body, bytes):
            raw = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        return self.function.invoke(event({}, **more) | raw)

    @property
    def items(self) -> dict[str, dict[str, Any]]:
        """The items of the table."""
        return items(self.store_url, self.table)

    def item(self) -> dict[str, Any]:
        """The only item of the table."""
        [only] = self.items.values()
        return only


def event(
    body: Mapping[str, Any],
    *,
    key: str | None = "key1",
    path: str = "/v1/chat/completions",
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    ip: str = "192.0.2.1",
    authorizer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A REST API's proxy event."""
    identity = {"sourceIp": ip, "apiKeyId": key} if key else {"sourceIp": ip}
    return {
        "httpMethod": method,
        "path": path,
        "pathParameters": {"proxy": path.removeprefix("/v1/")},
        "headers": {"Content-Type": "application/json", "Host": "api.example.com", **(headers or {})},
        "body": json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"requestId": "r", "identity": identity, "authorizer": authorizer},
    }


Deploy = Callable[..., Deployed]


@pytest.fixture(scope="session")
def model() -> Iterator[ModelServer]:
    import threading  # noqa: PLC0415  # only these tests start servers

    server = ModelServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with store("moto") as url:
        yield url


@pytest.fixture(scope="session")
def ministack_url() -> Iterator[str]:
    with store("ministack") as url:
        yield url


@pytest.fixture
def store_url(ministack_url: str) -> str:
    """The table that the function uses. test_ten.py runs with both."""
    return ministack_url


@pytest.fixture
def deploy(tmp_path: Path, model: ModelServer, store_url: str) -> Iterator[Deploy]:
    """Starts a function with these limits. Everything ends with the test."""
    with ExitStack() as stack:

        def start(
            *limits: Mapping[str, Any],
            streams: bool = True,
            variables: Mapping[str, str] | None = None,
            backend: Mapping[str, Any] | None = None,
            counting: Mapping[str, Any] | None = None,
            changes: tuple[tuple[str, str, str], ...] = (),
            table: str | None = None,
        ) -> Deployed:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            function = copied(folder, *changes)
            (function / "prices.json").write_text(json.dumps(PRICES), encoding="utf-8")
            name = table or new_table(store_url)
            told = {
                "TOKEN_TABLE": name,
                "TOKEN_LIMITS": json.dumps(
                    [{"name": "a", "by": ["api_key"], "mode": "enforce", **each} for each in limits]
                ),
                "TOKEN_COUNTING": json.dumps(
                    {"weights": WEIGHTS, "default_max_tokens": 50, "image_tokens": 100, **(counting or {})}
                ),
                "BACKEND": json.dumps(backend or {"url": f"{model.url}/v1/{{proxy}}"}),
                "RATE_LIMIT_BODY": json.dumps(SHAPE),
                "RATE_LIMIT_HEADERS": "Retry-After: 1\nX-Docs: here",
                "RESPONSE_HEADERS": "Access-Control-Allow-Origin: *",
                "METRIC_NAMESPACE": NAMESPACE,
                "TIMEOUT_MILLISECONDS": "29000",
                "AWS_ENDPOINT_URL_DYNAMODB": store_url,
                "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url,
                **(variables or {}),
            }
            process = stack.enter_context(running(function, told, folder, streams=streams))
            return Deployed(function=process, model=model, store_url=store_url, table=name)

        yield start
