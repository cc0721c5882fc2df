"""What a deployment contains: the API at the time of CreateDeployment."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.deploy.aws_double.request import Send, found

Body = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Served:
    """One route of a stage, in the form of API Gateway's GetIntegration."""

    type: str
    uri: str | None
    http_method: str | None
    credentials: str | None
    passthrough_behavior: str | None
    request_templates: Mapping[str, str]
    responses: Mapping[str, Body]
    """Status code -> integration response."""

    api_key_required: bool
    authorization: str


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The whole definition of an API."""

    api: Body
    resources: tuple[Body, ...]
    gateway_responses: Mapping[str, Body]
    """The customized ones, by type."""

    authorizers: Mapping[str, Body]
    request_validators: Mapping[str, Body]
    models: tuple[Body, ...]

    @property
    def policy(self) -> Any:
        """The resource policy. GetRestApi returns it escaped like a JSON string."""
        text = self.api.get("policy")
        return json.loads(json.loads(f'"{text}"')) if text else None

    def methods(self) -> Iterator[tuple[str, str, Body]]:
        """Path, HTTP method and the method."""
        for resource in self.resources:
            for http_method, method in resource.get("resourceMethods", {}).items():
                yield resource["path"], http_method, method

    @cached_property
    def routes(self) -> dict[str, Served]:
        """`POST /v1/chat` -> its backend; preflights are routes too."""
        return {
            f"{http_method} {path}": _served(method) for path, http_method, method in self.methods() if _backend(method)
        }

    def match(self, http_method: str, path: str) -> tuple[str, Body, Mapping[str, str]] | None:
        """The path of the resource for the request, its method, and the values of its path parameters.

        An exact segment has priority over a parameter, and a parameter over a greedy one: "API Gateway prioritizes full
        matches",
        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html,
        read 2026-11.
        """
        wanted = [part for part in path.partition("?")[0].strip("/").split("/") if part]
        fits = []
        for resource in self.resources:
            methods = resource.get("resourceMethods", {})
            method = methods.get(http_method) or methods.get("ANY")
            parts = [part for part in resource["path"].strip("/").split("/") if part]
            values = _values(parts, wanted)
            if method and values is not None:
                fits.append(([_rank(part) for part in parts], resource["path"], method, values))
        return min(fits, key=lambda fit: fit[0])[1:] if fits else None


def definition(send: Send, api_id: str) -> Snapshot:
    """The current definition of the API."""
    api = ("restapis", api_id)
    responses = found(send, *api, "gatewayresponses").get("item", [])
    return Snapshot(
        api=found(send, *api),
        resources=tuple(_all(send, *api, "resources")),
        gateway_responses={each["responseType"]: each for each in responses if not each.get("defaultResponse")},
        authorizers={each["id"]: each for each in _all(send, *api, "authorizers")},
        request_validators={each["id"]: each for each in _all(send, *api, "requestvalidators")},
        models=tuple(_all(send, *api, "models")),
    )


def _all(send: Send, *parts: str) -> Iterator[Body]:
    position = ""
    while True:
        page = found(send, *parts[:-1], f"{parts[-1]}?limit=500&embed=methods{position}")
        yield from page.get("item", [])
        if not page.get("position"):
            return
        position = f"&position={page['position']}"


def _backend(method: Body) -> Body:
    integration: Body | None = method.get("methodIntegration")
    return integration or {}


def _served(method: Body) -> Served:
    integration = _backend(method)
    return Served(
        type=integration["type"],
        uri=integration.get("uri") or None,
        http_method=integration.get("httpMethod"),
        credentials=integration.get("credentials"),
        passthrough_behavior=integration.get("passthroughBehavior"),
        request_templates=integration.get("requestTemplates") or {},
        responses=integration.get("integrationResponses") or {},
        api_key_required=bool(method.get("apiKeyRequired")),
        authorization=method.get("authorizationType", "NONE"),
    )


def _rank(part: str) -> int:
    return 2 if part.endswith("+}") else 1 if part.startswith("{") else 0


def _values(parts: list[str], wanted: list[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for index, part in enumerate(parts):
        if part.endswith("+}"):
            rest = "/".join(wanted[index:])
            return values | {part[1:-2]: rest} if rest else None
        if index >= len(wanted):
            return None
        if part.startswith("{"):
            values[part[1:-1]] = wanted[index]
        elif part != wanted[index]:
            return None
    return values if len(parts) == len(wanted) else None
