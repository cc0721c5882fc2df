"""Two independent implementations of DynamoDB: ministack and moto."""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from demo.emulator import emulator, emulator_client, free_port

_STARTS_WITHIN_SECONDS = 30


@contextmanager
def moto() -> Iterator[str]:
    """Its URL while the block runs. One request at a time: moto's update is not atomic among threads."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415  # seconds to load
    from werkzeug.serving import make_server  # noqa: PLC0415

    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def store(kind: str) -> Iterator[str]:
    """The URL of one of the two."""
    with moto() if kind == "moto" else emulator(free_port()) as url:
        yield url


def new_table(url: str) -> str:
    """An empty table as Terraform creates it."""
    client = emulator_client(url, "dynamodb")
    name = f"t-{uuid.uuid4()}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while client.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return name


def items(url: str, table: str) -> dict[str, dict[str, Any]]:
    """Every item by its id, with numbers as numbers."""
    found = emulator_client(url, "dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    return {
        item["id"]["S"]: {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
        for item in found
    }
