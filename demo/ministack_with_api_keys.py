"""ministack with API keys as API Gateway handles them: `python demo/watched.py FOLDER` runs it.

It calls a REST API's authorizer but ignores the key that the authorizer returns, and it does not tell a function which
key the caller used. AWS documents both, read 2026-11:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.app import main
from ministack.services import apigateway_v1

_BEARER = "Bearer "


def key_of(headers: Mapping[str, Any]) -> str | None:
    """The key that the packaged authorizer reads: x-api-key, otherwise Authorization."""
    named = {name.lower(): str(value) for name, value in headers.items()}
    authorization = named.get("authorization", "")
    bearer = authorization.removeprefix(_BEARER) if authorization.startswith(_BEARER) else None
    return named.get("x-api-key") or bearer


def add_api_keys(gateway: Any) -> None:
    """Make the emulator's module for REST APIs find a key like that, and tell a function the key's id."""
    event_without = gateway._build_lambda_event_v1  # noqa: SLF001  # it has no other place to add to an event

    def event(*arguments: Any, **named: Any) -> dict[str, Any]:
        made: dict[str, Any] = event_without(*arguments, **named)
        key = gateway._resolve_api_key(key_of(made["headers"]))  # noqa: SLF001
        if key:
            made["requestContext"]["identity"] |= {"apiKey": key["value"], "apiKeyId": key["id"]}
        return made

    gateway._build_lambda_event_v1 = event  # noqa: SLF001
    gateway._api_key_from_request = key_of  # noqa: SLF001


if __name__ == "__main__":
    add_api_keys(apigateway_v1)
    main()
