"""What the metered function reserves before the model says what it used: no request is to look smaller than it is."""

from typing import Any

import pytest

from tests.metering.conftest import Deploy
from tests.metering.test_ten import slot_is_free_within

CHAT, COMPLETIONS, RESPONSES = "/v1/chat/completions", "/v1/completions", "/v1/responses"
TEXT = "x" * 30_000
LIMIT = 10**6


def reserved(deploy: Deploy, body: dict[str, Any], path: str, **more: Any) -> int:
    """Tokens that the request holds while the model works."""
    answer = deploy({"tokens_per_day": LIMIT}, **more).ask({"model": "m", **body}, path=path)
    assert answer.status == 200
    return LIMIT - int(answer.headers["x-ratelimit-remaining-tokens"])


@pytest.mark.parametrize(
    ("body", "path", "least"),
    [
        pytest.param({"max_tokens": 40, "n": 10}, CHAT, 400, id="answers with a cap"),
        pytest.param({"n": 10}, CHAT, 500, id="answers without a cap"),
        pytest.param({"n": "10"}, CHAT, 500, id="a number in quotes, as servers in Python read it"),
        pytest.param({"prompt": ["a"] * 100, "max_tokens": 40}, COMPLETIONS, 4000, id="prompts"),
        pytest.param({"prompt": [[1]] * 100, "max_tokens": 40, "n": 2}, COMPLETIONS, 8000, id="prompts in numbers"),
        pytest.param({"max_output_tokens": 1}, CHAT, 50, id="the cap of another API"),
        pytest.param({"max_tokens": 1}, RESPONSES, 50, id="the cap of another API, of responses"),
        pytest.param({"max_output_tokens": 400}, CHAT, 400, id="a higher cap of another API"),
        pytest.param({"messages": [{"content": f"data:{TEXT}"}]}, CHAT, 10_000, id="text that looks like a file"),
        pytest.param({"messages": [{"type": "image", "content": TEXT}]}, CHAT, 10_000, id="a message called an image"),
        pytest.param({"tools": [{"type": "image", "data": TEXT}]}, CHAT, 10_000, id="a tool called an image"),
        pytest.param({"tools": [{"url": f"data:{TEXT}"}]}, CHAT, 10_000, id="a file in a tool"),
        pytest.param(
            {"text": {"format": {"schema": {"type": "file", "url": TEXT}}}}, RESPONSES, 10_000, id="a file in a schema"
        ),
        pytest.param(
            {"messages": [{"content": [{"type": "document", "source": {"type": "text", "data": TEXT}}]}]},
            "/v1/messages",
            10_000,
            id="a document of text",
        ),
    ],
)
def test_a_request_reserves_what_it_may_use(deploy: Deploy, body: dict[str, Any], path: str, least: int) -> None:
    assert least <= reserved(deploy, body, path) < 1.1 * least + 50


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{TEXT}", "detail": "high"}},
        {"type": "input_image", "image_url": f"data:image/png;base64,{TEXT}"},
        {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{TEXT}"},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": TEXT}},
        {"type": "input_audio", "input_audio": {"format": "wav", "data": TEXT}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": TEXT}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": TEXT}},
        {"image": {"format": "png", "source": {"bytes": TEXT}}},
        {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{TEXT}"}},
    ],
)
def test_an_image_or_a_file_counts_a_flat_number(deploy: Deploy, part: dict[str, Any]) -> None:
    body = {"messages": [{"role": "user", "content": [part]}], "max_tokens": 40}
    assert 140 <= reserved(deploy, body, CHAT) < 190


def test_the_path_is_that_of_the_server(deploy: Deploy) -> None:
    """A route may have another."""
    probe = deploy({"tokens_per_day": LIMIT})
    backend = {"url": f"{probe.model.url}/v1/chat/completions"}
    assert reserved(deploy, {"max_output_tokens": 1}, "/ask", backend=backend) >= 50
    deployed = deploy({"tokens_per_day": LIMIT}, backend=backend)
    deployed.ask({"model": "m", "stream": True}, path="/ask")
    assert deployed.model.asked[-1][2]["stream_options"] == {"include_usage": True}


def test_a_path_that_is_no_address_is_answered(deploy: Deploy) -> None:
    answer = deploy({"tokens_per_day": LIMIT}).ask({"model": "m"}, path="/v1/\ud800")
    assert (answer.status, answer.json["error"]["code"]) == (502, "model_error")


@pytest.mark.parametrize("word", [True, 1, "true", "On"])
def test_a_stream_is_asked_for_its_usage_in_whatever_word_it_is_wanted(deploy: Deploy, word: object) -> None:
    deployed = deploy({"tokens_per_day": LIMIT})
    deployed.ask({"model": "m", "stream": word})
    assert deployed.model.asked[-1][2]["stream_options"] == {"include_usage": True}


def test_an_absurd_number_of_answers_is_reserved_as_much_as_fits(deploy: Deploy) -> None:
    assert reserved(deploy, {"n": 2**53 - 1}, CHAT) == LIMIT


@pytest.mark.parametrize("tier", [None, "auto", "default", "flex", "standard_only"])
def test_a_tier_that_costs_no_more_than_the_price_is_asked_for(deploy: Deploy, tier: str | None) -> None:
    assert deploy({"usd_per_month": 1}).ask({"model": "priced", "service_tier": tier}).status == 200


@pytest.mark.parametrize("tier", ["priority", "reserved", ["priority"], 1])
def test_a_tier_of_another_price_is_refused_where_money_is_limited(deploy: Deploy, tier: object) -> None:
    body = {"model": "priced", "service_tier": tier}
    deployed = deploy({"usd_per_month": 1})
    answer = deployed.ask(body)
    assert (answer.status, answer.json["error"]["code"], deployed.items) == (400, "tier_not_priced", {})
    assert deploy({"usd_per_month": 1, "mode": "count"}).ask(body).status == 200
    assert deploy({"tokens_per_day": LIMIT}).ask(body).status == 200


def test_who_hangs_up_before_the_usage_owes_the_text_that_passed(deploy: Deploy) -> None:
    """A cap holds what may pass, so only a request without one can have more than was reserved."""
    endless = {"model": "m", "stream": True, "behave": {"endless": True}}
    for cap, least, most in (({}, 10_000, LIMIT), ({"max_tokens": 40}, 40, 100)):
        deployed = deploy({"tokens_per_day": LIMIT, "concurrent_requests": 1})
        deployed.ask(endless | cap, hangs_up_after=50_000)
        # It is free once all is settled.
        assert slot_is_free_within(deployed, 20)
        assert least <= deployed.item()["a:d"] % 10**18 < most


@pytest.mark.parametrize("behave", [{"reset": 2}, {"no usage": True}])
def test_a_short_answer_without_usage_keeps_the_reservation(deploy: Deploy, behave: dict[str, Any]) -> None:
    deployed = deploy({"tokens_per_day": LIMIT})
    deployed.ask({"model": "m", "stream": True, "behave": behave | {"dialect": "silent"}})
    assert 50 <= deployed.item()["a:d"] % 10**18 < 100
