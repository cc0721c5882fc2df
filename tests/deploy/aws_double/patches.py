"""API Gateway's patch operations, whose paths ministack parses wrongly or not at all.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html, read 2026-11: a path is a JSON Pointer, in
which `~1` is a slash, and every value is text. ministack uses the pointer's notation as a key and the text as the
value. It has no UpdateMethodResponse, no UpdateIntegrationResponse and no per-method throttle of a usage plan.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.deploy.aws_double.request import Answer, Request, Send, json_answer

Data = dict[str, Any]

_BOOLEANS = frozenset({"apiKeyRequired", "validateRequestBody", "validateRequestParameters", "enabled"})
_NUMBERS: dict[str, Callable[[str], float]] = {
    "rateLimit": float,
    "burstLimit": int,
    "limit": int,
    "offset": int,
    "timeoutInMillis": int,
    "authorizerResultTtlInSeconds": int,
}
# Maps whose values are booleans: method.response.header.Retry-After -> whether it is required.
_MAPS_OF_BOOLEANS = frozenset({"requestParameters", "responseParameters"})


def patched(request: Request, send: Send) -> Answer:
    """The layer. It puts the whole new value of each changed attribute."""
    if request.method != "PATCH":
        return send(request)
    parts = request.parts
    of_a_response = len(parts) > 2 and parts[-2] == "responses"
    of_a_plan = parts[0] == "usageplans" and len(parts) == 2
    inside_an_api = parts[0] == "restapis" and len(parts) > 3 and parts[2] in {"resources", "requestvalidators"}
    if not (of_a_plan or inside_an_api):
        return send(request)
    read = send(replace(request, method="GET", body=b""))
    if not read.succeeded:
        return read
    now = read.data
    of_a_method = "integration" not in parts
    for operation in request.data.get("patchOperations", []):
        _apply(now, operation, booleans=of_a_method)
    if of_a_response:
        put = send(replace(request.with_data(now), method="PUT"))
        return json_answer(put.data, 200) if put.succeeded else put
    # A path with one segment has a plain value.
    whole = [{"op": "replace", "path": f"/{name}", "value": now[name]} for name in now if name != "methodIntegration"]
    return send(request.with_data({"patchOperations": whole}))


def _apply(target: Data, operation: Data, *, booleans: bool) -> None:
    first, *rest = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].lstrip("/").split("/")]
    removed = operation["op"] == "remove"
    if first == "apiStages":
        _apply_to_stages(target, rest, operation)
        return
    if not rest:
        if removed:
            target.pop(first, None)
        else:
            target[first] = _typed(first, operation["value"])
        return
    inner = target.get(first) or {}
    name = "/".join(rest)
    if removed:
        inner.pop(name, None)
    elif first in _MAPS_OF_BOOLEANS and booleans:
        inner[name] = operation["value"] == "true"
    else:
        inner[name] = _typed(name, operation["value"])
    target[first] = inner


def _apply_to_stages(plan: Data, rest: list[str], operation: Data) -> None:
    """`/apiStages` adds and removes stages; below it, `/<api>:<stage>/throttle/<path>/<method>/rateLimit`."""
    stages = plan.get("apiStages") or []
    if not rest:
        api, _, stage = operation["value"].partition(":")
        stages = [each for each in stages if (each["apiId"], each["stage"]) != (api, stage)]
        plan["apiStages"] = [*stages, *([] if operation["op"] == "remove" else [{"apiId": api, "stage": stage}])]
        return
    api, _, stage = rest[0].partition(":")
    for each in stages:
        if (each["apiId"], each["stage"]) != (api, stage):
            continue
        throttles = each.setdefault("throttle", {})
        below = rest[2:]
        if operation["op"] == "remove":
            for key in [key for key in throttles if not below or key == "/".join(below)]:
                throttles.pop(key)
        elif below[-1:] and below[-1] in _NUMBERS:
            throttles.setdefault("/".join(below[:-1]), {})[below[-1]] = _typed(below[-1], operation["value"])
    plan["apiStages"] = stages


def _typed(name: str, value: Any) -> Any:
    if name in _BOOLEANS and isinstance(value, str):
        return value == "true"
    if name in _NUMBERS and isinstance(value, str):
        return _NUMBERS[name](value)
    return value
