"""Fifty workers of one caller, with the real SDK, against two implementations of DynamoDB."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.metering.node import HERE, NODE, copied
from tests.metering.stores import items, new_table

WINDOW = 10**18


def work(folder: Path, url: str, limits: dict[str, Any], *, workers: int, each: int) -> tuple[Any, dict[str, Any]]:
    """What the workers saw, and the item afterwards."""
    table = new_table(url)
    told = json.dumps([{"name": "a", **limits}])
    arguments = [
        str(NODE),
        str(HERE / "workers.mjs"),
        str(copied(folder)),
        url,
        table,
        str(workers),
        str(each),
        told,
        "3",
    ]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    [item] = items(url, table).values()
    return json.loads(done.stdout), item


@pytest.fixture(params=["ministack", "moto"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


def test_1_fifty_workers_never_get_more_than_there_is(tmp_path: Path, url: str) -> None:
    seen, item = work(tmp_path, url, {"tokens_per_day": 1000, "requests_per_minute": 10**9}, workers=50, each=4)
    assert seen["unavailable"] == []
    assert (seen["admitted"], seen["refused"]) == (100, 100)
    assert item["a:d"] % WINDOW == 1000


def test_1_fifty_workers_on_a_bucket(tmp_path: Path, url: str) -> None:
    seen, _ = work(tmp_path, url, {"tokens_per_minute": 600}, workers=50, each=2)
    refilled = 600 * seen["milliseconds"] / 60_000
    assert seen["unavailable"] == []
    assert 60 <= seen["admitted"] <= (600 + refilled) / 10 + 1


def test_1_fifty_workers_on_three_slots(tmp_path: Path, url: str) -> None:
    seen, item = work(tmp_path, url, {"concurrent_requests": 3}, workers=50, each=4)
    assert seen["unavailable"] == []
    assert 1 <= seen["mostRunning"] <= 3
    assert item["a:c"] == 0
    assert not [name for name in item if name.startswith("a:c:")]


@pytest.mark.parametrize("at_once", [1, 5, 20])
def test_writes_of_a_burst_after_a_pause(tmp_path: Path, url: str, at_once: int) -> None:
    """docs/token-limits.md: one reserves with its first write, the others with their second, and each settles."""
    limits = {"tokens_per_minute": 10**6, "concurrent_requests": 100}
    seen, _ = work(tmp_path, url, limits, workers=at_once, each=1)
    assert (seen["admitted"], seen["unavailable"]) == (at_once, [])
    assert 2 * at_once <= seen["writes"] <= 3 * at_once - 1


def test_writes_of_a_request(tmp_path: Path, url: str) -> None:
    """One write reserves and one settles. If all workers start at once, some find another state than they expect.

    The caller is busy: what 200 requests use is not refilled while they run, however slow the machine is.
    """
    limits = {"requests_per_minute": 300, "tokens_per_minute": 3000, "concurrent_requests": 100}
    seen, _ = work(tmp_path, url, limits, workers=5, each=40)
    assert (seen["admitted"], seen["unavailable"]) == (200, [])
    assert seen["writes"] / seen["admitted"] <= 2.2
