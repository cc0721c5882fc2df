"""A streaming model server behind the gateway, under load.

The emulator accepts `response_transfer_mode = "STREAM"` but collects an answer before it sends it, and a provider older
than that argument does not set it. Only AWS can show that chunks arrive one by one. This test shows that each stream
arrives complete and at the right caller.
"""

import json
from collections import Counter

from settings.throttling import Throttle
from tests.deploy.deployed import Deployed
from tests.deploy.model_server import ModelServer
from verify.burst import send

# As in everything.toml.
THROTTLE = Throttle(rate_limit=20, burst_limit=10)


def chat(number: int) -> str:
    message = {"role": "user", "content": f"these are the words of request {number}"}
    return json.dumps({"model": "words", "stream": True, "user": f"caller-{number}", "messages": [message]})


def streamed(body: str) -> tuple[set[str], str]:
    """The ids of a stream's events, and their text."""
    *events, done, end = body.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    words = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks]
    return {chunk["id"] for chunk in chunks}, "".join(words)


def test_every_request_is_answered_once_with_its_own_stream(everything: Deployed, model: ModelServer) -> None:
    model.answered.clear()
    url = everything.outputs["url_post_streaming_v1_chat_completions"]
    burst = send("POST", url, count=200, clients=8, body=chat, pause=0.03)
    assert set(burst.statuses) == {200, 429}
    assert sorted(answer.number for answer in burst.answers) == list(range(200))
    for answer in burst.answers:
        if answer.status == 200:
            words = f"these are the words of request {answer.number} "
            assert streamed(answer.body) == ({f"caller-{answer.number}"}, words)
        else:
            assert json.loads(answer.body)["error"]["code"] == "rate_limit_exceeded"
    got_through = [f"caller-{answer.number}" for answer in burst.answers if answer.status == 200]
    assert Counter(model.answered) == Counter(got_through)
    assert len(got_through) in burst.allowed(THROTTLE)
