"""Ten tests that limits in tokens must pass (docs/token-limits.md), against the function as Lambda runs it."""

import json
import time
from typing import Any

import pytest

from tests.metering.conftest import Deploy, Deployed, event

# What the model says of every request: 20 in and 7 out.
USED = 27
CAP = {"model": "m", "max_tokens": 40}


def tokens_used(deployed: Deployed, *, limit: str = "a") -> int:
    """A daily limit, which does not refill during the test."""
    return int(deployed.item()[f"{limit}:d"] % 10**18)


def day(limit: int = 10**6) -> dict[str, Any]:
    return {"tokens_per_day": limit}


@pytest.fixture(params=["ministack", "moto"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Two independent implementations of DynamoDB."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


# 1: test_workers.py, test_model.py


def test_2_no_cap_and_a_tiny_limit_let_the_first_request_pass(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_minute": 12})
    first = deployed.ask({"model": "m"})
    assert (first.status, first.headers["x-ratelimit-limit-tokens"]) == (200, "12")
    second = deployed.ask({"model": "m"})
    assert (second.status, second.json["error"]["code"]) == (429, "tokens_exceeded")
    assert 1 <= int(second.headers["retry-after"]) <= 160  # the debt of a minute and a bit, and a tenth


def test_2_more_than_the_whole_limit_is_a_400_and_not_a_429_for_ever(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_minute": 12})
    asked = deployed.ask({"model": "m", "max_tokens": 100})
    assert (asked.status, asked.json["error"]["code"]) == (400, "request_above_limit")
    assert asked.json["type"] == "error"
    assert deployed.items == {}


@pytest.mark.parametrize("limit", [{"tokens_per_minute": 60}, {"tokens_per_day": 60}])
def test_3_a_refusal_leaves_the_other_limits_untouched(deploy: Deploy, limit: dict[str, int]) -> None:
    deployed = deploy({"requests_per_minute": 100, **limit})
    assert deployed.ask(CAP).status == 200
    before = deployed.item()["a:r"]
    refused = deployed.ask(CAP)
    assert (refused.status, deployed.item()["a:r"]) == (429, before)


def test_3_a_refusal_by_another_item_gives_the_first_back(deploy: Deploy) -> None:
    deployed = deploy(day(), {"name": "b", "by": ["all"], "tokens_per_day": 60})
    assert deployed.ask(CAP, key="key1").status == 200
    assert deployed.ask(CAP, key="key2").status == 429
    levels = [item["a:d"] % 10**18 for name, item in deployed.items.items() if name != "all"]
    assert sorted(levels) == [0, USED]


def test_4_a_stream_without_usage_keeps_its_reservation(deploy: Deploy) -> None:
    deployed = deploy(day())
    assert deployed.ask(CAP | {"stream": True, "behave": {"dialect": "chat null"}}).status == 200
    assert tokens_used(deployed) > 40


def test_4_a_backend_reset_keeps_the_reservation_and_says_so(deploy: Deploy) -> None:
    deployed = deploy(day() | {"concurrent_requests": 1})
    answer = deployed.ask(CAP | {"stream": True, "behave": {"reset": 1}})
    assert (answer.status, answer.events[-1]["error"]["code"]) == (200, "model_error")
    assert tokens_used(deployed) > 40
    assert deployed.item()["a:c"] == 0


def test_4_the_functions_deadline_keeps_the_reservation_and_frees_the_slot(deploy: Deploy) -> None:
    deployed = deploy(day() | {"concurrent_requests": 1})
    late = deployed.ask(CAP | {"behave": {"late": 3}}, seconds=2)
    assert (late.status, late.json["error"]["code"]) == (504, "model_timeout")
    assert tokens_used(deployed) > 40
    assert deployed.item()["a:c"] == 0


def test_4_a_stream_with_usage_is_settled_once(deploy: Deploy) -> None:
    deployed = deploy(day())
    assert deployed.ask(CAP | {"stream": True}).status == 200
    assert tokens_used(deployed) == USED


def test_4_usage_and_then_an_error_is_at_least_what_was_reserved(deploy: Deploy) -> None:
    deployed = deploy(day())
    deployed.ask(CAP | {"stream": True, "behave": {"dialect": "chat every chunk", "reset": 2}})
    assert tokens_used(deployed) > 40


@pytest.mark.parametrize(
    "behave",
    [
        {"dialect": "chat"},
        {"dialect": "chat every chunk"},
        {"dialect": "responses"},
        {"dialect": "anthropic"},
        {"dialect": "converse"},
        {"lines": True},
        {"dialect": "chat", "no done": True},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("split", [False, True])
def test_5_usage_of_every_dialects_stream(deploy: Deploy, behave: dict[str, Any], *, split: bool) -> None:
    deployed = deploy(day(), counting={"weights": {"input": 1, "cached_input": 0, "cache_write": 1, "output": 10}})
    answer = deployed.ask(CAP | {"stream": True, "behave": behave | {"split": split}})
    assert answer.status == 200
    cached = 0 if "lines" in behave else 5
    assert tokens_used(deployed) == 20 - cached + 70


@pytest.mark.parametrize("dialect", ["chat", "responses", "anthropic", "converse", "ollama", "embeddings"])
@pytest.mark.parametrize("streams", [False, True])
def test_5_usage_of_every_dialects_answer(deploy: Deploy, dialect: str, *, streams: bool) -> None:
    deployed = deploy(day(), streams=streams)
    answer = deployed.ask(CAP | {"behave": {"dialect": dialect}})
    assert answer.status == 200
    assert tokens_used(deployed) == (20 if dialect == "embeddings" else USED)


@pytest.mark.parametrize("dialect", ["null", "silent"])
def test_5_an_answer_that_says_nothing_keeps_the_reservation(deploy: Deploy, dialect: str) -> None:
    deployed = deploy(day())
    assert deployed.ask(CAP | {"behave": {"dialect": dialect}}).status == 200
    assert tokens_used(deployed) > 40


def test_5_a_stream_that_began_and_did_not_end_keeps_the_reservation(deploy: Deploy) -> None:
    deployed = deploy(day())
    deployed.ask(CAP | {"stream": True, "behave": {"dialect": "anthropic unfinished"}})
    assert tokens_used(deployed) > 40


def test_5_the_chunk_of_usage_is_shown_only_to_who_asked(deploy: Deploy) -> None:
    deployed = deploy(day())
    hidden = deployed.ask(CAP | {"stream": True}).events
    assert [event for event in hidden if event == "[DONE]" or event["choices"]] == hidden
    shown = deployed.ask(CAP | {"stream": True, "stream_options": {"include_usage": True}}).events
    assert [event["usage"]["total_tokens"] for event in shown if event != "[DONE]" and not event["choices"]] == [27]


def slot_is_free_within(deployed: Deployed, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if deployed.items and deployed.item().get("a:c") == 0:
            return True
        time.sleep(0.05)
    return False


def test_6_the_caller_hangs_up(deploy: Deploy) -> None:
    deployed = deploy(day() | {"concurrent_requests": 1})
    deployed.model.gone.clear()
    deployed.ask(CAP | {"stream": True, "behave": {"endless": True}}, hangs_up_after=5000)
    assert deployed.model.gone.wait(20), "the model goes on"
    assert slot_is_free_within(deployed, 20), deployed.function.log
    assert tokens_used(deployed) > 40


def test_6_the_caller_hangs_up_and_lambda_says_nothing(deploy: Deploy) -> None:
    deployed = deploy(day() | {"concurrent_requests": 1})
    deployed.model.gone.clear()
    body = CAP | {"stream": True, "behave": {"endless": True, "large": True}}
    deployed.function.start(event(body), seconds=4, stops_reading_after=5000)
    assert slot_is_free_within(deployed, 30), deployed.function.log
    assert tokens_used(deployed) > 40
    assert deployed.model.gone.wait(20), "the model goes on"


def test_7_without_a_store_rates_go_on_in_memory_and_money_does_not(deploy: Deploy) -> None:
    nowhere = {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"}
    rates = deploy({"requests_per_minute": 8}, variables=nowhere)
    assert [rates.ask(CAP).status for _ in range(3)] == [200, 200, 429]
    assert [record["LimiterUnavailable"] for record in rates.function.records()][:2] == [1, 1]
    money = deploy({"usd_per_month": 10}, variables=nowhere)
    refused = money.ask({"model": "priced"})
    assert (refused.status, refused.headers["retry-after"]) == (503, "15")
    assert refused.json["error"]["code"] == "limiter_unavailable"


@pytest.mark.parametrize(("wanted", "status"), [("allow", 200), ("refuse", 503)])
def test_7_when_unavailable(deploy: Deploy, wanted: str, status: int) -> None:
    nowhere = {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"}
    limit = {"usd_per_month": 10, "tokens_per_minute": 1000, "when_unavailable": wanted}
    assert deploy(limit, variables=nowhere).ask({"model": "priced"}).status == status


def test_7_money_that_is_allowed_without_a_store_is_a_quarter_too(deploy: Deploy) -> None:
    nowhere = {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"}
    # A request reserves 408 millionths of a dollar, of which it uses 85.
    deployed = deploy({"usd_per_month": 0.002, "when_unavailable": "allow"}, variables=nowhere)
    assert [deployed.ask(CAP | {"model": "priced"}).status for _ in range(3)] == [200, 200, 429]


def test_7_a_table_that_is_not_there(deploy: Deploy) -> None:
    deployed = deploy({"requests_per_minute": 8}, table="missing")
    assert deployed.ask(CAP).status == 200
    assert "ResourceNotFoundException" in deployed.function.log


def test_8_an_item_that_was_deleted_while_the_request_ran(deploy: Deploy) -> None:
    from demo.emulator import emulator_client  # noqa: PLC0415  # boto3 is slow to load

    deployed = deploy(day())
    assert deployed.ask(CAP).status == 200
    client = emulator_client(deployed.store_url, "dynamodb")
    [caller] = deployed.items
    client.delete_item(TableName=deployed.table, Key={"id": {"S": caller}})
    assert deployed.ask(CAP).status == 200
    assert tokens_used(deployed) == USED


def test_8_an_item_that_expired_and_is_still_there_counts_as_absent(deploy: Deploy) -> None:
    from demo.emulator import emulator_client  # noqa: PLC0415  # boto3 is slow to load

    deployed = deploy({"tokens_per_day": 60, "tokens_per_minute": 60, "concurrent_requests": 1})
    assert deployed.ask(CAP).status == 200
    [caller] = deployed.items
    old = {
        "a:d": "20000000000000000000050",
        "a:t": "1700000000000000000",
        "a:c": "1",
        "a:c:gone": "1700000000",
        "e": "1",
    }
    client = emulator_client(deployed.store_url, "dynamodb")
    item = {"id": {"S": caller}, **{name: {"N": value} for name, value in old.items()}}
    client.put_item(TableName=deployed.table, Item=item)
    assert deployed.ask(CAP).status == 200
    assert tokens_used(deployed) == USED
    assert "a:c:gone" not in deployed.item()


def test_9_no_key_shares_one_budget_and_headers_are_not_believed(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 60})
    statuses = [
        deployed.ask(
            CAP, key="", headers={"x-api-key": f"made-up-{number}", "X-Forwarded-For": f"10.0.0.{number}"}
        ).status
        for number in range(2)
    ]
    assert statuses == [200, 429]
    assert list(deployed.items) == ["api_key#none"]


def test_9_callers_are_hashed_at_rest_and_told_apart(deploy: Deploy) -> None:
    deployed = deploy({"by": ["claim:team", "ip"], "tokens_per_day": 60})
    for team in ("red", "blue"):
        assert deployed.ask(CAP, authorizer={"claims": {"team": team}}).status == 200
    assert deployed.ask(CAP, authorizer={"claims": {"team": "red"}}).status == 429
    assert len(deployed.items) == 2
    text = json.dumps(deployed.items) + deployed.function.log
    assert not any(word in text for word in ("red", "blue", "192.0.2.1"))


def test_9_very_many_identities_are_one_small_item_each_that_ends(deploy: Deploy) -> None:
    """The cost of a caller with many addresses: its writes, and items that expire after the window."""
    deployed = deploy({"by": ["ip"], "tokens_per_day": 60, "requests_per_minute": 100})
    many = 150
    for number in range(many):
        assert deployed.ask(CAP, ip=f"10.0.0.{number}").status == 200
    found = deployed.items
    assert len(found) == many
    assert all(item["a:d"] % 10**18 == USED for item in found.values())
    # Midnight UTC at the latest, and what the longest request and a late deletion need.
    midnight = (int(time.time()) // 86_400 + 1) * 86_400
    assert all(item["e"] <= midnight + 3600 + 60 for item in found.values())
    assert max(len(json.dumps(item)) for item in found.values()) < 300
    # Each is still held to its own.
    assert deployed.ask(CAP, ip="10.0.0.0").status == 429


def test_10_who_waits_as_long_as_told_gets_in(deploy: Deploy) -> None:
    deployed = deploy({"requests_per_minute": 30})
    # The bucket refills while it is emptied.
    answers = iter(lambda: deployed.ask(CAP), None)
    refused = next(answer for answer, _ in zip(answers, range(90), strict=False) if answer.status == 429)
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    time.sleep(int(refused.headers["retry-after"]))
    assert deployed.ask(CAP).status == 200


@pytest.mark.parametrize("limit", [1, 10**9])
def test_10_the_smallest_and_the_largest_limit(deploy: Deploy, limit: int) -> None:
    deployed = deploy({"requests_per_minute": limit, "tokens_per_day": 10**9})
    answer = deployed.ask(CAP)
    assert answer.headers["x-ratelimit-limit-requests"] == str(limit)
    assert int(answer.headers["x-ratelimit-remaining-requests"]) in {0, 10**9 - 1}


def test_10_a_limit_changed_by_a_deploy_needs_no_migration(deploy: Deploy) -> None:
    first = deploy({"tokens_per_day": 200})
    assert first.ask(CAP).status == 200
    second = deploy({"tokens_per_day": 60}, table=first.table)
    assert second.ask(CAP).status == 429
    third = deploy({"tokens_per_day": 1000, "requests_per_minute": 5}, table=first.table)
    assert third.ask(CAP).status == 200
