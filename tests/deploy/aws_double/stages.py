"""A stage serves what its deployment saw. ministack serves the API as it is defined now.

"A stage is a named reference to a deployment, which is a snapshot of the API":
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html, read 2026-11. "Every time you update an
API, you must redeploy the API ... Updating an API includes modifying routes, methods, integrations, authorizers,
resource policies, and anything else other than stage settings":
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html, read 2026-11.
"""

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from tests.deploy.aws_double.openapi_export import openapi
from tests.deploy.aws_double.request import Answer, Request, Send, found, json_answer, rest_error
from tests.deploy.aws_double.snapshot import Body, Snapshot, definition

_INVOKED = re.compile(
    r"/(?:_aws/execute-api/(?P<api>[^/?]+)/(?P<stage>[^/?]+)"
    r"|restapis/(?P<old_api>[^/?]+)/(?P<old_stage>[^/?]+)/_user_request_)(?P<path>[^?]*)(?:\?(?P<query>.*))?"
)
_PROXIED = frozenset({"HTTP_PROXY", "AWS_PROXY"})
_BACKEND_ANSWERS_WITHIN_SECONDS = 30
_READS = frozenset({"GET", "HEAD"})


class Stages:
    """The layer. It keeps a snapshot for each deployment, and answers calls of a stage from the stage's snapshot."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._snapshots: dict[tuple[str, str], Snapshot] = {}
        # What was read from the emulator since the last call that may have changed it.
        self._deployments: dict[tuple[str, str], str] = {}
        self._definitions: dict[str, Snapshot] = {}
        self._send: Send | None = None

    def served(self, api_id: str, stage: str) -> Snapshot:
        """What the stage serves: its routes, gateway responses and policy. Raises KeyError if there is no stage."""
        if self._send is None:
            raise KeyError(stage)
        return self._snapshots[api_id, self._deployment(api_id, stage, self._send)]

    def __call__(self, request: Request, send: Send) -> Answer:
        self._send = send
        if invoked := _INVOKED.fullmatch(request.target):
            api_id, stage = invoked["api"] or invoked["old_api"], invoked["stage"] or invoked["old_stage"]
            return self._invoke(api_id, stage, invoked["path"] or "/", request, send)
        if request.parts[0] != "restapis":
            return send(request)
        match request.method, request.parts[1:]:
            case "POST", [api_id, "deployments"]:
                return self._deploy(api_id, request, send)
            case "DELETE", [api_id, "deployments", deployment]:
                return self._delete(api_id, deployment, request, send)
            case "GET", [api_id, "stages", stage, "exports", "oas30"]:
                return self._export(api_id, stage, request, send)
            case _:
                pass
        answer = send(request)
        if request.method not in _READS:
            with self._lock:
                self._deployments.clear()
                self._definitions.clear()
        return answer

    def _deploy(self, api_id: str, request: Request, send: Send) -> Answer:
        with self._lock:
            snapshot = definition(send, api_id)
            methods = list(snapshot.methods())
            # Both in AWS's words: terraform-provider-aws#2166 and #10494, read 2026-11.
            if not methods:
                return rest_error("BadRequestException", "The REST API doesn't contain any methods", 400)
            if not all(method.get("methodIntegration") for _, _, method in methods):
                return rest_error("BadRequestException", "No integration defined for method", 400)
            answer = send(request)
            if answer.succeeded:
                self._snapshots[api_id, answer.data["id"]] = snapshot
            self._deployments.clear()
            return answer

    def _delete(self, api_id: str, deployment: str, request: Request, send: Send) -> Answer:
        """AWS's own words: the provider's page of aws_api_gateway_deployment, read 2026-11."""
        stages = found(send, "restapis", api_id, "stages").get("item", [])
        if any(stage["deploymentId"] == deployment for stage in stages):
            text = "Active stages pointing to this deployment must be moved or deleted"
            return rest_error("BadRequestException", text, 400)
        answer = send(request)
        if answer.succeeded:
            self._snapshots.pop((api_id, deployment), None)
        return answer

    def _export(self, api_id: str, stage: str, request: Request, send: Send) -> Answer:
        """Content type and disposition as in LocalStack's recorded answers. The tests do not need YAML."""
        try:
            snapshot = self._snapshots[api_id, self._deployment(api_id, stage, send)]
        except KeyError:
            return rest_error("NotFoundException", "Invalid stage identifier specified", 404)
        if request.header("Accept").split(",")[0] not in {"", "*/*", "application/json"}:
            return rest_error("BadRequestException", "The double exports JSON only", 400)
        wanted = frozenset(request.query.get("extensions", "").split(","))
        region = _region(request)
        document = openapi(snapshot, region=region, stage=stage, extensions=wanted)
        name = f"oas30_{document['info']['version']}.json"
        headers = (
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", f'attachment; filename="{name}"'),
        )
        return Answer(200, headers, json.dumps(document, indent=2).encode())

    def _deployment(self, api_id: str, stage: str, send: Send) -> str:
        with self._lock:
            if (api_id, stage) not in self._deployments:
                read = found(send, "restapis", api_id, "stages", stage)
                self._deployments[api_id, stage] = read.get("deploymentId", "")
            return self._deployments[api_id, stage]

    def _definition(self, api_id: str, send: Send) -> Snapshot:
        with self._lock:
            if api_id not in self._definitions:
                self._definitions[api_id] = definition(send, api_id)
            return self._definitions[api_id]

    def _invoke(self, api_id: str, stage: str, path: str, request: Request, send: Send) -> Answer:
        """The emulator answers, with its throttles, keys and authorizers, if it would do the same; otherwise the
        snapshot does.
        """
        snapshot = self._snapshots.get((api_id, self._deployment(api_id, stage, send)))
        if snapshot is None:
            return send(request)
        there = snapshot.match(request.method, path)
        here = self._definition(api_id, send).match(request.method, path)
        if _same(there, here) and not (there and _lacks_responses(there[1])):
            return send(request)
        if there is None:
            return _refusal(snapshot, "MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token", 403)
        _, method, values = there
        return _integrate(method["methodIntegration"], values, request)


def _same(there: tuple[str, Body, Mapping[str, str]] | None, here: tuple[str, Body, Mapping[str, str]] | None) -> bool:
    if there is None or here is None:
        return there is here
    return there[0] == here[0] and _comparable(there[1]) == _comparable(here[1])


def _comparable(method: Body) -> str:
    """Without the ids of what was created again."""
    ids = {"cacheNamespace", "authorizerId", "requestValidatorId"}
    told = {name: value for name, value in method.items() if name not in ids | {"methodIntegration"}}
    integration = method.get("methodIntegration") or {}
    return json.dumps([told, {name: value for name, value in integration.items() if name not in ids}], sort_keys=True)


def _lacks_responses(method: Body) -> bool:
    integration = method["methodIntegration"]
    return integration["type"] not in _PROXIED and not integration.get("integrationResponses")


def _integrate(integration: Body, values: Mapping[str, str], request: Request) -> Answer:
    """The answer of a backend that is only in the snapshot.

    Without integration responses it is 500, with "No match for output mapping and no default endpoint mapping
    configured" in the execution log: https://repost.aws/knowledge-center/api-gateway-internal-server-error, read
    2026-11. If a function, role or permission was removed with its route, it is 500 too.
    """
    if integration["type"] == "MOCK" and integration.get("integrationResponses"):
        return _mock(integration)
    if integration["type"] == "HTTP_PROXY":
        return _passed_on(integration, values, request)
    return json_answer({"message": "Internal server error"}, 500)


def _mock(integration: Body) -> Answer:
    """The response whose pattern matches the status code from the request template, or the one without a pattern.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html, read 2026-11.
    """
    template = integration["requestTemplates"].get("application/json", "{}")
    status = str(json.loads(template).get("statusCode", 200))
    responses = list(integration["integrationResponses"].values())
    fits = [
        each for each in responses if each.get("selectionPattern") and re.fullmatch(each["selectionPattern"], status)
    ]
    chosen = next(iter(fits or [each for each in responses if not each.get("selectionPattern")]), None)
    if chosen is None:
        return json_answer({"message": "Internal server error"}, 500)
    body = (chosen.get("responseTemplates") or {}).get("application/json") or ""
    headers = _literal_headers(chosen.get("responseParameters") or {}, "method.response.header.")
    return Answer(int(chosen["statusCode"]), (("Content-Type", "application/json"), *headers), body.encode())


def _passed_on(integration: Body, values: Mapping[str, str], request: Request) -> Answer:
    uri = integration["uri"]
    for name, value in values.items():
        uri = uri.replace(f"{{{name}}}", value)
    method = request.method if integration["httpMethod"] == "ANY" else integration["httpMethod"]
    # Only on this machine: tests use no other host.
    asked = urllib.request.Request(uri, data=request.body or None, method=method)  # noqa: S310
    for name, value in request.headers:
        if name.lower() not in {"host", "content-length", "connection", "accept-encoding"}:
            asked.add_header(name, value)
    try:
        with urllib.request.urlopen(asked, timeout=_BACKEND_ANSWERS_WITHIN_SECONDS) as answered:  # noqa: S310
            kind = answered.headers.get("Content-Type", "application/json")
            return Answer(answered.status, (("Content-Type", kind),), answered.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, (("Content-Type", "application/json"),), error.read())
    except urllib.error.URLError:
        return json_answer({"message": "Internal server error"}, 500)


def _refusal(snapshot: Snapshot, type_: str, message: str, status: int) -> Answer:
    """A gateway response of the snapshot: its own, or that of its family."""
    own = snapshot.gateway_responses.get(type_)
    said: Body = own or snapshot.gateway_responses.get(f"DEFAULT_{status // 100}XX") or {}
    template = (said.get("responseTemplates") or {}).get("application/json", '{"message":$context.error.messageString}')
    words: dict[str, Any] = {"messageString": json.dumps(message), "message": message, "responseType": type_}
    body = re.sub(r"\$context\.error\.(messageString|message|responseType)", lambda word: words[word[1]], template)
    headers = _literal_headers(said.get("responseParameters") or {}, "gatewayresponse.header.")
    code = int((own or {}).get("statusCode") or status)
    return Answer(code, (("Content-Type", "application/json"), *headers), body.encode())


def _literal_headers(parameters: Mapping[str, str], prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.removeprefix(prefix), value.strip("'"))
        for name, value in parameters.items()
        if name.startswith(prefix) and value.startswith("'")
    )


def _region(request: Request) -> str:
    scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", request.header("Authorization"))
    return scope[1] if scope else "us-east-1"
