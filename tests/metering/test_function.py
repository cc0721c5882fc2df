"""What the metered function does besides counting: forwarding, Bedrock, money, plans, models, and its reports."""

import json
from typing import Any

import pytest

from review.cost.model_functions import METERED_LINE_BYTES
from review.usage.usage import item_of_key
from tests.metering.conftest import NAMESPACE, Deploy, Deployed

CAP = {"model": "m", "max_tokens": 40}
MODEL = "anthropic.claude-sonnet-4-6"
USED = 27


def used(deployed: Deployed, attribute: str = "a:d") -> int:
    return int(deployed.item()[attribute] % 10**18)


def test_the_request_goes_on_as_it_came(deploy: Deploy) -> None:
    backend = {"url": "", "headers": {"X-Org": "ours"}, "drop_headers": ["X-Api-Key"]}
    probe = deploy({"tokens_per_day": 10**6})
    backend["url"] = f"{probe.model.url}/base/{{proxy}}"
    deployed = deploy({"tokens_per_day": 10**6}, backend=backend)
    sent = {
        "x-api-key": "secret",
        "X-Org": "theirs",
        "Authorization": "Bearer b",
        "Connection": "close",
        "TE": "trailers",
    }
    assert deployed.ask(CAP, headers=sent).status == 200
    path, headers, body = deployed.model.asked[-1]
    said = {name.lower(): value for name, value in headers.items()}
    assert (path, body) == ("/base/chat/completions", CAP)
    assert (said["x-org"], said["authorization"], said["accept-encoding"]) == ("ours", "Bearer b", "identity")
    assert said["host"] == deployed.model.url.removeprefix("http://")
    assert not {"x-api-key", "te"} & said.keys()


def test_a_stream_is_asked_for_its_usage_and_else_goes_on_byte_for_byte(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 10**6})
    large = 2**63 - 1
    deployed.ask(CAP | {"stream": True, "seed": large})
    asked = deployed.model.asked[-1][2]
    assert (asked["stream_options"], asked["seed"]) == ({"include_usage": True}, large)
    deployed.ask(CAP | {"stream": True, "stream_options": {"other": 1}, "seed": large})
    asked = deployed.model.asked[-1][2]
    assert (asked["stream_options"], asked["seed"]) == ({"other": 1, "include_usage": True}, large)


def test_a_path_cannot_leave_its_place(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 10**6})
    deployed.ask(CAP, path="/v1/a b/é?x=1")
    assert deployed.model.asked[-1][0] == "/v1/a%20b/%C3%A9%3Fx%3D1"
    climbing = deployed.ask(CAP, path="/v1/../admin")
    assert (climbing.status, climbing.json["error"]["code"]) == (400, "invalid_request")


def test_a_list_of_models_costs_a_request_and_no_tokens(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 10**6, "requests_per_minute": 100})
    assert deployed.ask({}, method="GET", path="/v1/models").status == 200
    answer = deployed.ask({"behave": {"dialect": "silent"}}, method="GET", path="/v1/models")
    assert (answer.headers["x-ratelimit-limit-requests"], used(deployed)) == ("100", USED)


@pytest.mark.parametrize("status", [400, 429, 500, 503])
@pytest.mark.parametrize("streams", [False, True])
def test_what_the_backend_refuses_gives_the_tokens_back(deploy: Deploy, status: int, *, streams: bool) -> None:
    deployed = deploy({"tokens_per_day": 10**6, "requests_per_minute": 2}, streams=streams)
    answer = deployed.ask(CAP | {"behave": {"status": status, "headers": {"Retry-After": "9"}}})
    assert (answer.status, answer.headers["retry-after"], answer.json) == (status, "9", {"error": {"message": "no"}})
    assert used(deployed) == 0
    assert answer.headers["x-ratelimit-remaining-requests"] == "1"


def test_a_backend_that_is_not_there(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 10**6}, backend={"url": "http://127.0.0.1:1/"})
    answer = deployed.ask(CAP)
    assert (answer.status, answer.json["error"]["code"], used(deployed)) == (502, "model_error", 0)


def test_refusals_look_as_the_settings_say(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 60})
    deployed.ask(CAP)
    refused = deployed.ask(CAP)
    assert refused.json["type"] == "error"
    error = refused.json["error"]
    assert (error["type"], error["param"], error["code"]) == ("rate_limit_error", None, "tokens_exceeded")
    assert error["message"].startswith("Slow down. Limit a: 60 tokens per day. Retry in ")
    headers = refused.headers
    assert (headers["x-docs"], headers["access-control-allow-origin"], headers["x-should-retry"]) == (
        "here",
        "*",
        "false",
    )
    assert (headers["x-ratelimit-limit-tokens"], headers["x-ratelimit-remaining-tokens"]) == ("60", "33")


def test_money(deploy: Deploy) -> None:
    deployed = deploy({"usd_per_month": 0.001})
    assert deployed.ask({"model": "priced", "max_tokens": 40}).status == 200
    # 15 in at 1, 5 cached at 0.1, 7 out at 10 USD per million tokens, in billionths.
    assert used(deployed, "a:u") == 15_000 + 500 + 70_000
    unpriced = deployed.ask({"model": "other"})
    assert (unpriced.status, unpriced.json["error"]["code"]) == (400, "model_not_priced")
    spent = [deployed.ask({"model": "priced", "max_tokens": 90}) for _ in range(3)][-1]
    assert (spent.status, spent.json["error"]["code"]) == (429, "budget_exceeded")
    assert spent.headers["x-should-retry"] == "false"


def test_concurrency_is_refused_by_its_own_code_and_no_request_is_lost(deploy: Deploy) -> None:
    first = deploy({"concurrent_requests": 1, "requests_per_minute": 100})
    second = deploy({"concurrent_requests": 1, "requests_per_minute": 100}, table=first.table)
    from threading import Thread  # noqa: PLC0415  # here alone

    slow = Thread(target=first.ask, args=(CAP | {"behave": {"late": 2}},))
    slow.start()
    while not first.items:
        pass
    before = first.item()["a:r"]
    refused = second.ask(CAP)
    slow.join()
    assert (refused.status, refused.json["error"]["code"]) == (429, "concurrency_exceeded")
    assert first.item()["a:r"] == before
    assert second.ask(CAP).status == 200


def test_models_have_limits_of_their_own(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 60, "models": ["gpt-4*"]})
    assert [deployed.ask(CAP | {"model": name}).status for name in ("gpt-4o", "gpt-4.1")] == [200, 429]
    assert [deployed.ask(CAP | {"model": "llama"}).status for _ in range(3)] == [200, 200, 200]
    # Who does not say the model is held to the limits of every model.
    assert deployed.ask({"max_tokens": 40}).status == 429


def test_plans(deploy: Deploy) -> None:
    plans = [
        {"plan": "gold", "tokens_per_day": 1000},
        {"plan": "free", "tokens_per_day": 60},
        {"plan": "", "tokens_per_day": 60},
    ]
    deployed = deploy(*plans, variables={"PLAN_KEYS": "gold=k1,k2;free=k3"})
    assert [deployed.ask(CAP, key="k1").status for _ in range(3)] == [200, 200, 200]
    assert [deployed.ask(CAP, key="k3").status for _ in range(2)] == [200, 429]
    assert [deployed.ask(CAP, key="made-elsewhere").status for _ in range(2)] == [200, 429]
    assert [deployed.ask(CAP, key="").status for _ in range(2)] == [200, 429]


def test_a_limit_that_only_counts_is_not_what_the_headers_tell_of(deploy: Deploy) -> None:
    """A limit that refuses no request would slow down a caller who sends at the pace of the headers."""
    counts = {"name": "b", "by": ["ip"], "tokens_per_minute": 100, "mode": "count"}
    answer = deploy({"tokens_per_minute": 1000}, counts).ask({"model": "m", "max_tokens": 40})
    assert (answer.status, answer.headers["x-ratelimit-limit-tokens"]) == (200, "1000")
    alone = deploy(counts).ask({"model": "m", "max_tokens": 40})
    assert alone.status == 200
    assert [name for name in alone.headers if name.startswith("x-ratelimit-")] == []


def test_counting_refuses_nobody_and_says_whom_it_would_have(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 60, "mode": "count"})
    assert [deployed.ask(CAP).status for _ in range(3)] == [200, 200, 200]
    assert [record.get("WouldRefuse") for record in deployed.function.records()] == [None, 1, 1]
    assert used(deployed) == USED


def test_a_limit_of_all_in_shards(deploy: Deploy) -> None:
    deployed = deploy({"by": ["all"], "tokens_per_day": 200, "shards": 2})
    for _ in range(8):
        deployed.ask(CAP)
    assert set(deployed.items) <= {"all/0", "all/1"}
    assert all(item["a:d"] % 10**18 <= 100 for item in deployed.items.values())


def test_what_it_says_of_itself(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 60}, variables={"PLAN_KEYS": "gold=key1"})
    deployed.ask(CAP | {"model": "priced"})
    deployed.ask(CAP | {"model": "priced"})
    first, second = deployed.function.records()
    assert first["_aws"]["CloudWatchMetrics"][0]["Namespace"] == NAMESPACE
    assert first["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
    assert (first["TokensUsed"], first["Requests"], first["SettleFailed"], first["LimiterUnavailable"]) == (
        USED,
        1,
        0,
        0,
    )
    assert (first["plan"], first["model"], first["UsdUsed"]) == ("gold", "priced", pytest.approx(0.0000855))
    assert (second["TokensRefused"], second["limits"]) == (1, ["a:d"])
    assert "key1" not in json.dumps([first, second])


def test_a_line_of_the_log_is_as_long_as_the_review_assumes(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 10**6}, variables={"PLAN_KEYS": "gold=key1"})
    deployed.ask(CAP | {"model": "priced"})
    (line,) = [line for line in deployed.function.log.splitlines() if '"_aws"' in line]
    # CloudWatch's own 26 bytes, and some for longer names of the API, the plan and the model.
    assert METERED_LINE_BYTES - 200 < len(line) + 26 <= METERED_LINE_BYTES


def test_the_review_finds_a_keys_item(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 60})
    deployed.ask(CAP, key="key1")
    assert list(deployed.items) == [item_of_key("key1")]


# The client speaks HTTP/2 with AWS, and the model server here does not.
HTTP_1 = (
    ("bedrock.mjs", "BedrockRuntimeClient({", "BedrockRuntimeClient({ requestHandler: new NodeHttpHandler(),"),
    (
        "bedrock.mjs",
        'import { failureOf } from "./bedrock_failure.mjs";',
        (
            'import { NodeHttpHandler } from "@smithy/node-http-handler";\n'
            'import { failureOf } from "./bedrock_failure.mjs";'
        ),
    ),
)


def bedrock(deploy: Deploy, *, streams: bool) -> Deployed:
    return deploy({"tokens_per_day": 10**6}, streams=streams, backend={"model_id": MODEL}, changes=HTTP_1)


def test_bedrock_says_in_headers_what_was_used(deploy: Deploy) -> None:
    deployed = bedrock(deploy, streams=False)
    assert deployed.ask(CAP).json == {"choices": []}
    assert deployed.model.asked[-1][0] == f"/model/{MODEL.replace(':', '%3A')}/invoke"
    assert used(deployed) == USED


def test_bedrock_says_in_the_last_chunk_what_was_used(deploy: Deploy) -> None:
    deployed = bedrock(deploy, streams=True)
    answer = deployed.ask(CAP)
    assert (answer.status, len(answer.events), used(deployed)) == (200, 2, USED)


@pytest.mark.parametrize("streams", [False, True])
def test_scripts_may_read_what_bedrock_answers(deploy: Deploy, *, streams: bool) -> None:
    """The user's own server sends this header itself."""
    assert bedrock(deploy, streams=streams).ask(CAP).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in deploy({"tokens_per_day": 10**6}, streams=streams).ask(CAP).headers


@pytest.mark.parametrize("streams", [False, True])
def test_bedrock_is_limited(deploy: Deploy, *, streams: bool) -> None:
    deployed = bedrock(deploy, streams=streams)
    answer = deployed.ask(CAP | {"behave": {"status": 429}})
    assert (answer.status, answer.json["error"]["code"], answer.headers["retry-after"]) == (429, "x", "1")
    assert used(deployed) == 0


def test_bedrock_throttles_inside_a_stream(deploy: Deploy) -> None:
    deployed = bedrock(deploy, streams=True)
    answer = deployed.ask(CAP | {"behave": {"exception": "throttlingException"}})
    assert (answer.status, answer.events[-1]["error"]["code"]) == (200, "x")
    assert used(deployed) > 40


def test_a_request_nested_too_deep_to_be_read_is_counted_by_its_bytes(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 10**6})
    deep: Any = "[" * 50_000 + "]" * 50_000
    from tests.metering.conftest import event  # noqa: PLC0415  # its body is text here

    whole = event({})
    whole["body"] = f'{{"messages": {deep}, "behave": {{"dialect": "silent"}}}}'
    answer = deployed.function.invoke(whole)
    assert answer.status in {200, 502}
