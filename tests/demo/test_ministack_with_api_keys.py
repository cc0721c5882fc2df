"""The emulator with what the demo adds to it: a key by its Bearer token, and the key's id for a function."""

from types import SimpleNamespace
from typing import Any

import pytest
from ministack.services import apigateway_v1

from demo.ministack_with_api_keys import add_api_keys, key_of


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({"authorization": "Bearer abc"}, "abc"),
        ({"Authorization": "Bearer abc", "X-Api-Key": "def"}, "def"),
        ({"authorization": "Basic abc"}, None),
        ({}, None),
    ],
)
def test_the_key_of_a_request(headers: dict[str, str], key: str | None) -> None:
    assert key_of(headers) == key


@pytest.mark.parametrize(("key", "identity"), [("k1", {"apiKey": "k1", "apiKeyId": "id1"}), ("other", {})])
def test_a_function_learns_which_key_called(key: str, identity: dict[str, str]) -> None:
    def event(*_: Any, headers: dict[str, str]) -> dict[str, Any]:
        return {"headers": headers, "requestContext": {"identity": {"sourceIp": "127.0.0.1"}}}

    gateway = SimpleNamespace(
        _build_lambda_event_v1=event,
        _resolve_api_key={"k1": {"value": "k1", "id": "id1"}}.get,
        _api_key_from_request=None,
    )
    add_api_keys(gateway)
    assert gateway._build_lambda_event_v1("api", headers={"authorization": f"Bearer {key}"}) == {
        "headers": {"authorization": f"Bearer {key}"},
        "requestContext": {"identity": {"sourceIp": "127.0.0.1"} | identity},
    }
    assert gateway._api_key_from_request({"authorization": "Bearer x"}) == "x"


@pytest.mark.parametrize("name", ["_build_lambda_event_v1", "_resolve_api_key", "_api_key_from_request"])
def test_the_emulator_still_has_what_is_added_to(name: str) -> None:
    assert callable(getattr(apigateway_v1, name))
