"""The double of API Gateway's stages answers as AWS documents, tested with AWS's own client."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import botocore.exceptions
import pytest

from tests.deploy.aws_double.double import Double
from tests.deploy.deployed import ask

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}],
}


@dataclass
class Api:
    """An API with a stage `test`, defined with single calls."""

    gateway: Any
    id: str
    url: str
    double: Double
    resources: dict[str, str]

    def method(self, http_method: str, path: str, **arguments: Any) -> dict[str, str]:
        """Create a method of that path, and its resource if it is missing; return the arguments that identify the
        method.
        """
        if path not in self.resources:
            made = self.gateway.create_resource(restApiId=self.id, parentId=self.resources["/"], pathPart=path[1:])
            self.resources[path] = made["id"]
        which = {"restApiId": self.id, "resourceId": self.resources[path], "httpMethod": http_method}
        self.gateway.put_method(**which, authorizationType="NONE", **arguments)
        return which

    def mock(self, http_method: str, path: str, answer: str) -> dict[str, str]:
        which = self.method(http_method, path)
        self.put_mock(which)
        self.respond(which, answer)
        return which

    def put_mock(self, which: dict[str, str]) -> dict[str, Any]:
        templates = {"application/json": '{"statusCode": 200}'}
        answered: dict[str, Any] = self.gateway.put_integration(**which, type="MOCK", requestTemplates=templates)
        return answered

    def respond(self, which: dict[str, str], answer: str) -> None:
        self.gateway.put_method_response(**which, statusCode="200")
        templates = {"application/json": json.dumps(answer)}
        self.gateway.put_integration_response(**which, statusCode="200", responseTemplates=templates)

    def deploy(self) -> str:
        return str(self.gateway.create_deployment(restApiId=self.id, stageName="test")["id"])

    def ask(self, http_method: str, path: str) -> tuple[int, Any]:
        answer = ask(http_method, f"{self.url}{path}")
        return answer.status, json.loads(answer.body)

    def export(self, extensions: str = "apigateway") -> Any:
        arguments = {"restApiId": self.id, "stageName": "test", "exportType": "oas30"}
        parameters = {"extensions": extensions} if extensions else {}
        answered = self.gateway.get_export(**arguments, parameters=parameters, accepts="application/json")
        return json.loads(answered["body"].read())


@pytest.fixture
def api(client: Callable[[str], Any], double: Double) -> Iterator[Api]:
    gateway = client("apigateway")
    id_ = gateway.create_rest_api(name="snapshots", policy=json.dumps(POLICY))["id"]
    root = gateway.get_resources(restApiId=id_)["items"][0]["id"]
    yield Api(gateway, id_, f"{double.url}/_aws/execute-api/{id_}/test", double, {"/": root})
    gateway.delete_rest_api(restApiId=id_)


def test_a_route_that_goes_answers_until_the_next_deployment(api: Api) -> None:
    kept, gone = api.mock("GET", "/kept", "kept"), api.mock("GET", "/gone", "gone")
    api.deploy()
    assert (api.ask("GET", "/kept"), api.ask("GET", "/gone")) == ((200, "kept"), (200, "gone"))
    api.gateway.delete_resource(restApiId=gone["restApiId"], resourceId=gone["resourceId"])
    assert (api.ask("GET", "/kept"), api.ask("GET", "/gone")) == ((200, "kept"), (200, "gone"))
    assert set(api.double.stages.served(api.id, "test").routes) == {"GET /kept", "GET /gone"}
    api.deploy()
    assert (api.ask("GET", "/kept")[0], api.ask("GET", "/gone")[0]) == (200, 403)
    assert set(api.double.stages.served(api.id, "test").routes) == {"GET /kept"}
    assert kept["resourceId"]


def test_a_route_that_comes_is_refused_until_the_next_deployment(api: Api) -> None:
    api.mock("GET", "/old", "old")
    api.deploy()
    api.mock("GET", "/new", "new")
    assert api.ask("GET", "/new") == (403, {"message": "Missing Authentication Token"})
    api.deploy()
    assert api.ask("GET", "/new") == (200, "new")


def test_a_changed_answer_is_given_after_the_next_deployment(api: Api) -> None:
    which = api.mock("GET", "/word", "before")
    first = api.deploy()
    api.respond(which, "after")
    assert api.ask("GET", "/word") == (200, "before")
    api.deploy()
    assert api.ask("GET", "/word") == (200, "after")
    to_the_first = [{"op": "replace", "path": "/deploymentId", "value": first}]
    api.gateway.update_stage(restApiId=api.id, stageName="test", patchOperations=to_the_first)
    assert api.ask("GET", "/word") == (200, "before")


def test_an_integration_put_again_has_no_responses(api: Api) -> None:
    which = api.mock("GET", "/word", "said")
    api.put_mock(which)
    api.deploy()
    assert api.ask("GET", "/word") == (500, {"message": "Internal server error"})
    api.respond(which, "said")
    assert api.ask("GET", "/word")[0] == 500
    api.deploy()
    assert api.ask("GET", "/word") == (200, "said")


def test_an_integration_is_deleted_whoever_put_it(api: Api) -> None:
    which = api.mock("GET", "/word", "said")
    api.put_mock(which)
    api.gateway.delete_integration(**which)
    with pytest.raises(botocore.exceptions.ClientError, match="NotFoundException"):
        api.gateway.get_integration(**which)


def test_mock_has_no_http_method(api: Api) -> None:
    which = api.mock("GET", "/word", "said")
    assert "httpMethod" not in api.put_mock(which)
    assert "httpMethod" not in api.gateway.get_integration(**which)
    assert "httpMethod" not in api.gateway.get_method(**which)["methodIntegration"]


def test_what_api_gateway_refuses(api: Api) -> None:
    refused = partial(pytest.raises, botocore.exceptions.ClientError)
    with refused(match="BadRequestException.*doesn't contain any methods"):
        api.deploy()
    bare = api.method("GET", "/bare")
    with refused(match="BadRequestException.*No integration defined for method"):
        api.deploy()
    api.put_mock(bare)
    deployment = api.deploy()
    with refused(match="BadRequestException.*Active stages pointing to this deployment must be moved or deleted"):
        api.gateway.delete_deployment(restApiId=api.id, deploymentId=deployment)
    api.deploy()
    api.gateway.delete_deployment(restApiId=api.id, deploymentId=deployment)


def test_the_export_is_of_the_snapshot(api: Api) -> None:
    api.mock("GET", "/word", "said")
    which = api.method("POST", "/chat", apiKeyRequired=True, requestParameters={"method.request.header.X-Tenant": True})
    api.gateway.put_integration(**which, type="HTTP_PROXY", integrationHttpMethod="POST", uri="http://127.0.0.1:9/chat")
    api.gateway.put_gateway_response(
        restApiId=api.id, responseType="THROTTLED", statusCode="429", responseTemplates={"application/json": "{}"}
    )
    api.deploy()
    api.gateway.delete_gateway_response(restApiId=api.id, responseType="THROTTLED")
    api.gateway.delete_resource(restApiId=api.id, resourceId=which["resourceId"])
    api.gateway.update_rest_api(restApiId=api.id, patchOperations=[{"op": "replace", "path": "/policy", "value": ""}])
    exported = api.export()
    assert exported["paths"]["/word"]["get"]["x-amazon-apigateway-integration"] == {
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": '"said"'}}},
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "passthroughBehavior": "when_no_match",
        "type": "mock",
    }
    chat = exported["paths"]["/chat"]["post"]
    assert chat["security"] == [{"api_key": []}]
    assert chat["parameters"] == [{"name": "X-Tenant", "in": "header", "required": True, "schema": {"type": "string"}}]
    assert chat["x-amazon-apigateway-integration"] == {
        "httpMethod": "POST",
        "uri": "http://127.0.0.1:9/chat",
        "passthroughBehavior": "when_no_match",
        "type": "http_proxy",
    }
    assert exported["x-amazon-apigateway-gateway-responses"] == {
        "THROTTLED": {"statusCode": 429, "responseTemplates": {"application/json": "{}"}}
    }
    assert exported["x-amazon-apigateway-policy"] == POLICY
    assert exported["servers"][0]["variables"] == {"basePath": {"default": "test"}}


def test_an_export_without_extensions_says_nothing_of_backends(api: Api) -> None:
    api.mock("GET", "/word", "said")
    api.deploy()
    exported = api.export("")
    assert [name for name in exported["paths"]["/word"]["get"] if name.startswith("x-amazon")] == []
    assert "x-amazon-apigateway-policy" not in exported
