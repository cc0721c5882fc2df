"""OpenAI's own Python client with the deployed API: it waits as long as our Retry-After header requires."""

import logging
import re
from collections.abc import Callable, Iterator

import openai
import pytest

from tests.deploy.deployed import KEYS, Deployed
from verify.burst import send

MESSAGE = "Too many requests. See https://a.example/limits"
CHAT = "url_post_v1_chat_completions"


class Recorded:
    """A client, the status of each answer, and the pauses that it chose, in seconds."""

    def __init__(self, url: str, log: pytest.LogCaptureFixture, *, max_retries: int, key: str | None = None) -> None:
        self.statuses: list[int] = []
        self._log = log
        self.openai = openai.OpenAI(
            api_key="none",
            base_url=f"{url}/v1",
            max_retries=max_retries,
            default_headers={"x-api-key": KEYS[key]} if key else {},
            http_client=openai.DefaultHttpxClient(
                event_hooks={"response": [lambda response: self.statuses.append(response.status_code)]}
            ),
        )

    @property
    def pauses(self) -> list[float]:
        return [float(found) for found in re.findall(r"Retrying request.* in ([0-9.]+) seconds", self._log.text)]

    def chat(self) -> str | None:
        message: openai.types.chat.ChatCompletionUserMessageParam = {"role": "user", "content": "hello"}
        completion = self.openai.chat.completions.create(model="mock", messages=[message])
        return completion.choices[0].message.content

    def embed(self, *, times: int = 1) -> None:
        for _ in range(times):
            created = self.openai.embeddings.create(model="mock", input="hello", encoding_format="float")
            assert created.data[0].embedding == [0.0, 1.0]


@pytest.fixture
def recorded(everything: Deployed, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[..., Recorded]]:
    """Creates clients for everything.toml's API, or for a path below it."""
    clients: list[Recorded] = []

    def of(folder: str = "", *, max_retries: int, key: str | None = None) -> Recorded:
        url = f"{everything.outputs['http_endpoint']}{folder}"
        clients.append(Recorded(url, caplog, max_retries=max_retries, key=key))
        return clients[-1]

    with caplog.at_level(logging.INFO, logger="openai"):
        yield of
    for client in clients:
        client.openai.close()


def test_it_is_served_after_it_has_backed_off(everything: Deployed, recorded: Callable[..., Recorded]) -> None:
    client = recorded(max_retries=10)
    # The bucket holds one request and gets one each second. Once it is empty, it refuses the client until a second has
    # passed.
    for _ in range(20):
        send("POST", everything.outputs[CHAT], count=8)
        assert client.chat() == "Hello from Spillway"
        if 429 in client.statuses:
            break
    assert 429 in client.statuses
    assert client.statuses[-1] == 200
    # Its own first pause would be at most half a second.
    assert client.pauses == [1.0] * client.statuses.count(429)


def test_it_gives_up_with_our_message(everything: Deployed, recorded: Callable[..., Recorded]) -> None:
    client = recorded(max_retries=2, key="slow")
    # Its bucket gets a new token after a quarter of an hour.
    send("POST", everything.outputs["url_post_v1_embeddings"], count=8, headers={"x-api-key": KEYS["slow"]})
    with pytest.raises(openai.RateLimitError) as caught:
        client.embed()
    assert client.statuses == [429, 429, 429]
    assert client.pauses == [1.0, 1.0]
    assert MESSAGE in str(caught.value)
    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "rate_limit_error")


def test_it_does_not_wait_for_a_quota(recorded: Callable[..., Recorded]) -> None:
    client = recorded(max_retries=2, key="trial")
    # Three a day, some of which other tests may have used.
    with pytest.raises(openai.RateLimitError) as caught:
        client.embed(times=4)
    assert caught.value.code == "quota_exceeded"
    assert MESSAGE in str(caught.value)
    # An hour is longer than this client waits, so it does not retry.
    assert client.statuses.count(429) == 1
    assert client.pauses == []


def test_it_reads_a_stream(recorded: Callable[..., Recorded]) -> None:
    client = recorded("/streaming", max_retries=10)
    message: openai.types.chat.ChatCompletionUserMessageParam = {"role": "user", "content": "one two three"}
    stream = client.openai.chat.completions.create(model="words", messages=[message], user="reader", stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "one two three "
