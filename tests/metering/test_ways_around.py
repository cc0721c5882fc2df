"""How a caller may try to use more than is counted, and how an honest one must not be hindered."""

import gzip
import json
from typing import Any

import pytest

from tests.metering.conftest import Deploy, Deployed, event
from tests.metering.test_ten import CAP, USED, day, slot_is_free_within, tokens_used

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
MONEY = {"usd_per_month": 1}


def refused(answer: Any, code: str = "invalid_request") -> str:
    assert (answer.status, answer.json["error"]["code"]) == (400, code)
    message: str = answer.json["error"]["message"]
    return message


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"model": "expensive", "model": "m"}', "model"),
        ('{"model": "m", "Model": "expensive"}', "Model"),
        ('{"mod\\u0065l": "m", "model": "expensive"}', "model"),
        ('{"max_tokens": 1, "Max_Tokens": 100000}', "Max_Tokens"),
        ('{"max_tokens": 1, "max_to\u212aens": 100000}', "max_to\u212aens"),
        ('{"me\u017f\u017fages": [], "messages": []}', "messages"),
        ('{"a": "\\\\", "n": 1, "b": "\\"", "n": 50}', "n"),
    ],
)
def test_a_name_that_parsers_read_differently_is_refused(deploy: Deploy, body: str, name: str) -> None:
    deployed = deploy(day())
    assert refused(deployed.send(body)) == f"The body must have {json.dumps(name, ensure_ascii=False)} only once."
    assert deployed.items == {}


def test_the_same_name_in_other_places_is_no_name_twice(deploy: Deploy) -> None:
    body = '{"model": "m", "max_tokens": 40, "a": {"model": 1, "b": [{"model": 2}]}, "c": "model", "d": "\\"model\\":"}'
    assert deploy(day()).send(body).status == 200


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "zstd", "identity, gzip"])
def test_a_compressed_body_is_refused(deploy: Deploy, encoding: str) -> None:
    deployed = deploy(day())
    body = gzip.compress(json.dumps(CAP | {"messages": [{"role": "user", "content": "x" * 100_000}]}).encode())
    assert refused(deployed.send(body, headers={"Content-Encoding": encoding})) == "The body must not be compressed."
    assert deployed.items == {}
    assert deployed.ask(CAP, headers={"Content-Encoding": "identity"}).status == 200


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_body_that_only_other_parsers_read_is_held_to_the_limits_of_every_model(
    deploy: Deploy, encoding: str
) -> None:
    deployed = deploy({"models": ["large*"], "tokens_per_day": 60})
    body = json.dumps({"model": "m"}).encode(encoding)
    assert [deployed.send(body).status for _ in range(2)] == [200, 429]
    assert deploy(MONEY).send(json.dumps({"model": "priced"}).encode(encoding)).status == 400


@pytest.mark.parametrize("name", ["LARGE-1", " large-1", "Large-1 "])
def test_a_limit_of_a_model_holds_in_whatever_case(deploy: Deploy, name: str) -> None:
    deployed = deploy({"models": ["large*"], "tokens_per_day": 60})
    assert [deployed.ask(CAP | {"model": name}).status for _ in range(2)] == [200, 429]
    assert deployed.ask(CAP | {"model": "small"}).status == 200


def test_a_response_in_the_background_is_refused_where_its_tokens_count(deploy: Deploy) -> None:
    body = {"model": "m", "background": True, "behave": {"dialect": "responses"}}
    assert "background" in refused(deploy(day()).ask(body, path=RESPONSES))
    assert deploy({"requests_per_minute": 9}).ask(body, path=RESPONSES).status == 200
    assert deploy(day() | {"mode": "count"}).ask(body, path=RESPONSES).status == 200
    assert deploy(day()).ask(body | {"background": False}, path=RESPONSES).status == 200


@pytest.mark.parametrize("kept", [{"previous_response_id": "resp_1"}, {"conversation": {"id": "conv_1"}}])
def test_a_conversation_that_the_server_keeps_counts_a_flat_number_and_then_its_usage(
    deploy: Deploy, kept: dict[str, Any]
) -> None:
    deployed = deploy(day())
    body = {"model": "m", "max_output_tokens": 40, "behave": {"dialect": "responses"}}
    reserved = [
        10**6 - int(deployed.ask(body | more, path=RESPONSES, key=str(number)).headers["x-ratelimit-remaining-tokens"])
        for number, more in enumerate(({}, kept))
    ]
    assert 100 <= reserved[1] - reserved[0] < 120
    assert {item["a:d"] % 10**18 for item in deployed.items.values()} == {USED}


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("service_tier", "fast", 400),
        ("speed", "fast", 400),
        ("speed", "standard", 200),
        ("speed", None, 200),
        ("inference_geo", "us", 400),
        ("inference_geo", "global", 200),
    ],
)
def test_what_costs_more_than_the_price_is_refused_where_money_is_limited(
    deploy: Deploy, name: str, value: str | None, status: int
) -> None:
    body = {"model": "priced", "max_tokens": 40, name: value}
    answer = deploy(MONEY).ask(body)
    assert answer.status == status
    if status == 400:
        assert answer.json["error"]["code"] == "tier_not_priced"
    assert deploy(day()).ask(body).status == 200


def test_a_list_of_models_needs_no_price(deploy: Deploy) -> None:
    deployed = deploy(MONEY | {"requests_per_minute": 9})
    assert deployed.function.invoke(get("/v1/models")).status == 200
    assert refused(deployed.ask({}), "model_not_priced").startswith("The request names no model")


def get(path: str) -> dict[str, Any]:
    return event({}, method="GET", path=path) | {"body": None}


@pytest.mark.parametrize("path", ["/v1/messages/count_tokens", "/v1/responses/input_tokens", "/tokenize"])
def test_counting_the_tokens_of_a_text_uses_none(deploy: Deploy, path: str) -> None:
    deployed = deploy(day() | {"requests_per_minute": 9})
    body = {"model": "m", "messages": ["x" * 10_000], "behave": {"dialect": "silent"}}
    answer = deployed.ask(body, path=path)
    assert (answer.status, answer.headers["x-ratelimit-remaining-requests"]) == (200, "8")
    assert tokens_used(deployed) == 0


@pytest.mark.parametrize("streams", [False, True])
def test_a_usage_of_zero_is_no_usage(deploy: Deploy, *, streams: bool) -> None:
    deployed = deploy(day())
    body = CAP | ({"stream": True} if streams else {})
    assert deployed.ask(body | {"behave": {"dialect": "chat zero"}}).status == 200
    assert tokens_used(deployed) > 40


@pytest.mark.parametrize("dialect", ["chat that writes a cache", "responses that write a cache"])
def test_what_is_written_to_a_cache_has_its_own_weight(deploy: Deploy, dialect: str) -> None:
    weights = {"input": 1, "cached_input": 0.1, "cache_write": 100, "output": 10}
    deployed = deploy(day(), counting={"weights": weights})
    assert deployed.ask(CAP | {"behave": {"dialect": dialect}}).status == 200
    assert tokens_used(deployed) == 5 + 1 + 10 * 100 + 7 * 10  # half a token of the cache, rounded up


@pytest.mark.parametrize("streams", [False, True])
def test_the_summary_of_a_long_conversation_counts(deploy: Deploy, *, streams: bool) -> None:
    deployed = deploy(day())
    body = CAP | ({"stream": True} if streams else {})
    assert deployed.ask(body | {"behave": {"dialect": "compaction"}}, path="/v1/messages").status == 200
    assert tokens_used(deployed) == USED + 1835


@pytest.mark.parametrize(
    ("body", "path", "least", "most"),
    [
        pytest.param({"options": {"num_predict": 400}}, "/api/chat", 400, 430, id="Ollama's own cap"),
        pytest.param({"max_tokens": 1}, "/api/chat", 50, 80, id="a cap that Ollama does not read"),
        pytest.param({"options": {"num_predict": -1}}, "/api/generate", 50, 80, id="no cap, as Ollama writes it"),
        pytest.param(
            {"messages": [{"content": "a", "images": ["QUJD" * 9000]}], "options": {"num_predict": 40}},
            "/api/chat",
            140,
            180,
            id="an image of Ollama",
        ),
        pytest.param(
            {
                "max_tokens": 40,
                "messages": [{"content": [{"type": "video_url", "video_url": {"url": "https://a.b/c"}}]}],
            },
            CHAT,
            140,
            180,
            id="a video somewhere else",
        ),
        pytest.param(
            {"max_tokens": 40, "messages": [{"content": [{"video": {"source": {"s3Location": {"uri": "s3://a/b"}}}}]}]},
            CHAT,
            140,
            180,
            id="a video in S3",
        ),
        pytest.param(
            {"max_tokens": 40, "tools": [{f"k{number}": 10**15 + number for number in range(1000)}]},
            CHAT,
            5000,
            8000,
            id="numbers in a tool",
        ),
    ],
)
def test_a_request_reserves_what_it_may_use(
    deploy: Deploy, body: dict[str, Any], path: str, least: int, most: int
) -> None:
    answer = deploy(day()).ask({"model": "m", "behave": {}, **body}, path=path)
    assert answer.status == 200
    assert least <= 10**6 - int(answer.headers["x-ratelimit-remaining-tokens"]) < most


def test_a_cap_that_the_api_may_not_read_does_not_hide_the_text_that_passed(deploy: Deploy) -> None:
    deployed = deploy(day() | {"concurrent_requests": 1})
    endless = {"model": "m", "max_tokens": 1, "stream": True, "behave": {"endless": True}}
    deployed.ask(endless, path="/v1/elsewhere", hangs_up_after=50_000)
    assert slot_is_free_within(deployed, 20)
    assert tokens_used(deployed) >= 10_000


def test_a_long_name_of_a_model_does_not_make_a_long_line_of_the_log(deploy: Deploy) -> None:
    deployed = deploy(day())
    assert deployed.ask(CAP | {"model": "m" * 300_000}).status == 200
    [record] = deployed.function.records()
    assert record["model"] == "m" * 256
    priced = deploy(MONEY).ask({"model": "m" * 300_000})
    assert len(refused(priced, "model_not_priced")) < 300


def statuses(deployed: Deployed, addresses: list[str]) -> list[int]:
    return [deployed.ask(CAP, ip=address).status for address in addresses]


def test_a_network_of_ipv6_is_one_caller(deploy: Deploy) -> None:
    deployed = deploy({"by": ["ip"], "tokens_per_day": 60})
    own = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:0DB8:0001:0002:0:0:0:7"]
    assert statuses(deployed, own) == [200, 429, 429]
    assert statuses(deployed, ["2001:db8:1:3::1", "2001:db8::1", "::1", "192.0.2.1", "192.0.2.2"]) == [200] * 5


def test_the_sessions_of_a_role_are_one_caller(deploy: Deploy) -> None:
    """Who assumes a role names the session."""
    deployed = deploy({"by": ["principal"], "tokens_per_day": 60})

    def signed_by(arn: str) -> int:
        signed = event(CAP, key=None)
        signed["requestContext"]["identity"]["userArn"] = arn
        return deployed.function.invoke(signed).status

    role = "arn:aws:sts::111122223333:assumed-role/app"
    assert [signed_by(f"{role}/{session}") for session in ("one", "two")] == [200, 429]
    others = ("arn:aws:sts::111122223333:assumed-role/other/one", "arn:aws:iam::111122223333:user/a/one")
    assert [signed_by(arn) for arn in others] == [200, 200]


def test_a_stream_nested_too_deep_to_be_asked_for_its_usage_is_passed_on(deploy: Deploy) -> None:
    deployed = deploy(day())
    deep = "[" * 20_000 + "]" * 20_000
    body = f'{{"model": "m", "stream": true, "max_tokens": 40, "stream_options": {{"a": {deep}}}}}'
    # The model server here cannot read it either.
    assert deployed.send(body).status == 502
    assert deployed.ask(CAP).status == 200
