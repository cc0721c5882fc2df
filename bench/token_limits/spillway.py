"""Spillway's packaged function with AWS's runtime client and ministack's DynamoDB.

There is no API Gateway in front and no Lambda service. The measurement includes the function, its table and the runtime
API.
"""

import http.client
import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.token_limits.plans import function_variables
from bench.token_limits.processes import HERE, NODE, announced, program, wait_until
from demo.emulator import emulator, emulator_client, free_port

_ROOT = HERE.parent.parent
_CODE = _ROOT / "constructs" / "gateway" / "metered_function"
_METERING = _ROOT / "tests" / "metering"
PACKAGES = _METERING / "node_modules"
"""Lambda's runtime client and the SDK, as `make lambda-client` installs them."""

_READY_WITHIN_SECONDS = 400


@dataclass(frozen=True, kw_only=True)
class Spillway:
    """Several processes of the function."""

    url: str
    counted: Path
    log: Path
    processes: tuple[int, ...]
    """The process ids of the functions. The table is not included."""

    @property
    def writes(self) -> int:
        """Writes to the table so far. An update whose condition fails is also a write."""
        return self.counted.stat().st_size

    @property
    def unavailable(self) -> int:
        """Requests so far that were decided without the table."""
        return self.log.read_bytes().count(b'"LimiterUnavailable":1')


@contextmanager
def spillway(folder: Path, model: str, *, functions: int) -> Iterator[Spillway]:
    """Run the functions until the block ends."""
    code = folder / "function"
    code.mkdir()
    for file in _CODE.rglob("*.mjs"):
        copy = code / file.relative_to(_CODE)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (code / "prices.json").write_text("{}", encoding="utf-8")
    (code / "node_modules").symlink_to(PACKAGES, target_is_directory=True)
    counted, log = folder / "writes", folder / "function.log"
    counted.touch()
    with ExitStack() as started:
        store = started.enter_context(emulator(free_port()))
        gateway = started.enter_context(announced("gateway.mjs"))
        output = started.enter_context(log.open("ab"))
        variables = {
            **function_variables(model),
            "TOKEN_TABLE": _table(store),
            "BACKEND": json.dumps({"url": f"{model}/v1/{{proxy}}"}),
            "METRIC_NAMESPACE": "bench",
            "AWS_ENDPOINT_URL_DYNAMODB": store,
            "AWS_ACCESS_KEY_ID": "emulator",
            "AWS_SECRET_ACCESS_KEY": "emulator",
            "AWS_REGION": "us-east-1",
            "AWS_LAMBDA_RUNTIME_API": gateway["runtime"],
            # Not the compiled part of the client, which needs a compiler to install.
            "AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1": "true",
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
            "AWS_LAMBDA_LOG_STREAM_NAME": "s",
            "LAMBDA_TASK_ROOT": str(code),
            "_HANDLER": "index.stream",
            "COUNTED_WRITES": str(counted),
        }
        client: list[str | Path] = [NODE, "--require", _METERING / "transport.cjs", "--require", HERE / "counted.cjs"]
        client.append(PACKAGES / "aws-lambda-ric" / "index.mjs")
        processes = [
            started.enter_context(program(client, variables=variables, log=output, folder=code))
            for _ in range(functions)
        ]
        wait_until(
            lambda: _idle(gateway["url"]) == functions,
            processes[-1],
            seconds=_READY_WITHIN_SECONDS,
            what="the packaged function",
        )
        yield Spillway(
            url=gateway["url"], counted=counted, log=log, processes=tuple(process.pid for process in processes)
        )


def _table(store: str) -> str:
    name = f"t-{uuid.uuid4()}"
    emulator_client(store, "dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def _idle(url: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", "/idle")
        return int(connection.getresponse().read())
    finally:
        connection.close()
