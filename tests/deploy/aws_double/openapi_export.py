"""GetExport: a stage as OpenAPI 3.0.

The structure is that of AWS's answers, recorded in LocalStack's tests (test_apigateway_extended.snapshot.json,
`get-export-with-extensions`, 2024-04), and of exports in public repositories; read 2026-11. The extensions:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html, read 2026-11.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.deploy.aws_double.snapshot import Body, Snapshot

_USUAL_TIMEOUT = 29_000
_EVERYTHING = "apigateway"


def openapi(snapshot: Snapshot, *, region: str, stage: str, extensions: frozenset[str]) -> dict[str, Any]:
    """The document. `extensions` has the values of GetExport: `integrations`, `authorizers`, or `apigateway` for
    all.
    """
    with_integrations = bool(extensions & {"integrations", _EVERYTHING})
    paths: dict[str, dict[str, Any]] = {}
    schemes: dict[str, Any] = {}
    for path, http_method, method in snapshot.methods():
        name = "x-amazon-apigateway-any-method" if http_method == "ANY" else http_method.lower()
        operation = _operation(path, method)
        security = _security(method, snapshot, schemes, whole=bool(extensions & {"authorizers", _EVERYTHING}))
        if security:
            operation["security"] = [{scheme: []} for scheme in security]
        validator = snapshot.request_validators.get(method.get("requestValidatorId") or "")
        if validator and _EVERYTHING in extensions:
            operation["x-amazon-apigateway-request-validator"] = validator["name"]
        if with_integrations and method.get("methodIntegration"):
            operation["x-amazon-apigateway-integration"] = _integration(method["methodIntegration"])
        paths.setdefault(path, {})[name] = operation
    document: dict[str, Any] = {
        "openapi": "3.0.1",
        "info": _info(snapshot.api),
        "servers": [
            {
                "url": f"https://{snapshot.api['id']}.execute-api.{region}.amazonaws.com/{{basePath}}",
                "variables": {"basePath": {"default": stage}},
            }
        ],
        "paths": paths,
        "components": _components(snapshot, schemes),
    }
    if _EVERYTHING in extensions:
        document |= _of_the_api(snapshot)
    return document


def _info(api: Body) -> dict[str, Any]:
    described = {"description": api["description"]} if api.get("description") else {}
    return {"title": api["name"], **described, "version": api.get("version") or "2026-01-01T00:00:00Z"}


def _operation(path: str, method: Body) -> dict[str, Any]:
    named = [part.strip("{}").rstrip("+") for part in path.split("/") if part.startswith("{")]
    parameters = [_parameter(name, "path", required=True) for name in named]
    places = {"querystring": "query", "header": "header"}
    for parameter, required in (method.get("requestParameters") or {}).items():
        _, _, place, name = parameter.split(".", 3)
        if place in places:
            parameters.append(_parameter(name, places[place], required=bool(required)))
    operation: dict[str, Any] = {"parameters": parameters} if parameters else {}
    if models := method.get("requestModels"):
        operation["requestBody"] = {"content": _content(models), "required": True}
    responses = {
        status: {
            "description": f"{status} response",
            **_headers(response),
            "content": _content(response.get("responseModels") or {}),
        }
        for status, response in (method.get("methodResponses") or {}).items()
    }
    return operation | ({"responses": responses} if responses else {})


def _parameter(name: str, place: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


def _content(models: Mapping[str, str]) -> dict[str, Any]:
    return {media: {"schema": {"$ref": f"#/components/schemas/{model}"}} for media, model in models.items()}


def _headers(response: Body) -> dict[str, Any]:
    names = [name.removeprefix("method.response.header.") for name in response.get("responseParameters") or {}]
    return {"headers": {name: {"schema": {"type": "string"}} for name in names}} if names else {}


def _integration(integration: Body) -> dict[str, Any]:
    """Empty settings and defaults are omitted, as in the recorded answers."""
    responses = {
        each.get("selectionPattern") or "default": {
            "statusCode": each["statusCode"],
            **{name: each[name] for name in ("responseParameters", "responseTemplates") if each.get(name)},
            **({"contentHandling": each["contentHandling"]} if each.get("contentHandling") else {}),
        }
        for each in (integration.get("integrationResponses") or {}).values()
    }
    timeout = integration.get("timeoutInMillis") or _USUAL_TIMEOUT
    vpc_link = integration.get("connectionType") == "VPC_LINK"
    said = {
        "connectionId": integration.get("connectionId"),
        "credentials": integration.get("credentials"),
        "httpMethod": integration.get("httpMethod"),
        "uri": integration.get("uri"),
        "responses": responses,
        "requestParameters": integration.get("requestParameters"),
        "requestTemplates": integration.get("requestTemplates"),
        "passthroughBehavior": (integration.get("passthroughBehavior") or "WHEN_NO_MATCH").lower(),
        "connectionType": "VPC_LINK" if vpc_link else None,
        "timeoutInMillis": timeout if timeout != _USUAL_TIMEOUT else None,
        "contentHandling": integration.get("contentHandling"),
        # Since responses can be streamed, exports have this for proxies: `BUFFERED` by default.
        "responseTransferMode": integration.get("responseTransferMode"),
        "type": integration["type"].lower(),
    }
    return {name: value for name, value in said.items() if value}


def _security(method: Body, snapshot: Snapshot, schemes: dict[str, Any], *, whole: bool) -> list[str]:
    names = []
    if authorizer := snapshot.authorizers.get(method.get("authorizerId") or ""):
        names.append(authorizer["name"])
        schemes[authorizer["name"]] = _scheme(authorizer, whole=whole)
    if method.get("authorizationType") == "AWS_IAM":
        names.append("sigv4")
        place = {"type": "apiKey", "name": "Authorization", "in": "header"}
        schemes["sigv4"] = place | {"x-amazon-apigateway-authtype": "awsSigv4"}
    if method.get("apiKeyRequired"):
        names.append("api_key")
        schemes["api_key"] = {"type": "apiKey", "name": "x-api-key", "in": "header"}
    return names


def _scheme(authorizer: Body, *, whole: bool) -> dict[str, Any]:
    source = authorizer.get("identitySource") or ""
    header = source.removeprefix("method.request.header.") if source.startswith("method.request.header.") else "Unused"
    pools = authorizer.get("type") == "COGNITO_USER_POOLS"
    scheme = {
        "type": "apiKey",
        "name": header,
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools" if pools else "custom",
    }
    if not whole:
        return scheme
    said = {
        "providerARNs": authorizer.get("providerARNs"),
        "authorizerUri": authorizer.get("authorizerUri"),
        "authorizerCredentials": authorizer.get("authorizerCredentials"),
        "identitySource": source if authorizer.get("type") == "REQUEST" else None,
    }
    extension = {name: value for name, value in said.items() if value}
    if not pools:
        extension["authorizerResultTtlInSeconds"] = authorizer.get("authorizerResultTtlInSeconds", 300)
    return scheme | {"x-amazon-apigateway-authorizer": extension | {"type": authorizer.get("type", "TOKEN").lower()}}


def _components(snapshot: Snapshot, schemes: Mapping[str, Any]) -> dict[str, Any]:
    schemas = {model["name"]: json.loads(model.get("schema") or "{}") for model in snapshot.models}
    return {**({"schemas": schemas} if schemas else {}), **({"securitySchemes": schemes} if schemes else {})}


def _of_the_api(snapshot: Snapshot) -> dict[str, Any]:
    """What applies to the root of the document.

    In exports in public repositories, a gateway response has its status code as a number (`"statusCode" : 403`). In
    AWS's page of the extension it is text. A comparison must accept both.
    """
    customized = {
        type_: {
            **({"statusCode": int(response["statusCode"])} if response.get("statusCode") else {}),
            **{name: response[name] for name in ("responseParameters", "responseTemplates") if response.get(name)},
        }
        for type_, response in snapshot.gateway_responses.items()
    }
    validators = {
        each["name"]: {
            "validateRequestParameters": bool(each.get("validateRequestParameters")),
            "validateRequestBody": bool(each.get("validateRequestBody")),
        }
        for each in snapshot.request_validators.values()
    }
    said = {
        "x-amazon-apigateway-gateway-responses": customized,
        "x-amazon-apigateway-request-validators": validators,
        "x-amazon-apigateway-policy": snapshot.policy,
    }
    return {name: value for name, value in said.items() if value}
