"""A stack adopts an API that was created by hand (docs/adopting.md)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from demo.command_line import Cdktf
from tests.environment_files import ROOT
from tools.imports import app
from verify.burst import send

EXAMPLE = (ROOT / "docs" / "examples" / "adopted.toml").read_text(encoding="utf-8")
EMULATED = EXAMPLE.replace('region = "us-east-1"', 'region = "us-east-1"\nendpoint_url = "http://127.0.0.1:4566"')
NAME = "adopted"


@dataclass(frozen=True, slots=True)
class ByHand:
    """What exists in AWS before Terraform knows about it."""

    api_id: str
    resource_ids: dict[str, str]


@pytest.fixture(scope="module")
def by_hand(client: Callable[[str], Any]) -> ByHand:
    """GET /health and POST /v1/chat, deployed to the stage prod, and GET /old, which is not in the file."""
    gateway = client("apigateway")
    api_id = gateway.create_rest_api(name="by-hand", endpointConfiguration={"types": ["REGIONAL"]})["id"]
    ids = {"/": gateway.get_resources(restApiId=api_id)["items"][0]["id"]}
    for path in ("/health", "/old", "/v1", "/v1/chat"):
        parent, _, part = path.rpartition("/")
        ids[path] = gateway.create_resource(restApiId=api_id, parentId=ids[parent or "/"], pathPart=part)["id"]
    for method, path in (("GET", "/health"), ("GET", "/old"), ("POST", "/v1/chat")):
        which = {"restApiId": api_id, "resourceId": ids[path], "httpMethod": method}
        gateway.put_method(**which, authorizationType="NONE")
        gateway.put_integration(
            **which,
            type="MOCK",
            integrationHttpMethod="POST",
            requestTemplates={"application/json": '{"statusCode": 200}'},
        )
        gateway.put_method_response(**which, statusCode="200", responseModels={"application/json": "Empty"})
        gateway.put_integration_response(
            **which, statusCode="200", responseTemplates={"application/json": '{"by": "hand"}'}
        )
    deployment = gateway.create_deployment(restApiId=api_id)["id"]
    gateway.create_stage(restApiId=api_id, stageName="prod", deploymentId=deployment)
    return ByHand(api_id, ids)


@pytest.fixture(scope="module")
def table(
    by_hand: ByHand, cdktf: Callable[[str, str], Cdktf], aws: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The [imports] table that the command prints."""
    folder = tmp_path_factory.mktemp("environments")
    (folder / f"{NAME}.toml").write_text(EMULATED.replace("http://127.0.0.1:4566", aws), encoding="utf-8")
    done = CliRunner().invoke(app, [NAME, by_hand.api_id], env={"ENVIRONMENTS": str(folder)})
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def adopting(table: str, cdktf: Callable[[str, str], Cdktf]) -> Iterator[Cdktf]:
    stack = cdktf(NAME, f"{EMULATED}\n{table}")
    try:
        yield stack
    finally:
        stack.destroy(NAME)


def test_the_table_has_what_stands_there(table: str, by_hand: ByHand) -> None:
    api, ids = by_hand.api_id, by_hand.resource_ids
    health, chat = f"{api}/{ids['/health']}/GET", f"{api}/{ids['/v1/chat']}/POST"
    assert table.splitlines()[0] == "[imports]"
    assert set(table.splitlines()[1:-1]) == {
        f'"aws_api_gateway_rest_api.api" = "{api}"',
        f'"aws_api_gateway_resource.health" = "{api}/{ids["/health"]}"',
        f'"aws_api_gateway_resource.v1" = "{api}/{ids["/v1"]}"',
        f'"aws_api_gateway_resource.v1_chat" = "{api}/{ids["/v1/chat"]}"',
        f'"aws_api_gateway_method.get_health" = "{health}"',
        f'"aws_api_gateway_method.post_v1_chat" = "{chat}"',
        f'"aws_api_gateway_integration.get_health" = "{health}"',
        f'"aws_api_gateway_integration.post_v1_chat" = "{chat}"',
        f'"aws_api_gateway_method_response.get_health_200" = "{health}/200"',
        f'"aws_api_gateway_method_response.post_v1_chat_200" = "{chat}/200"',
        f'"aws_api_gateway_integration_response.get_health_200" = "{health}/200"',
        f'"aws_api_gateway_integration_response.post_v1_chat_200" = "{chat}/200"',
        f'"aws_api_gateway_stage.stage" = "{api}/prod"',
    }
    assert table.splitlines()[-1].endswith(f"{NAME}.toml: GET /old stays unchanged and is deployed too")


def test_the_plan_imports_and_destroys_nothing(adopting: Cdktf, table: str) -> None:
    changes = adopting.plan(NAME)
    imported = {change["address"] for change in changes if "importing" in change["change"]}
    assert imported == {line.split('"')[1] for line in table.splitlines() if line.startswith('"')}
    actions = {change["address"]: change["change"]["actions"] for change in changes}
    assert [address for address, done in actions.items() if "delete" in done] == []
    made = {address for address, done in actions.items() if done == ["create"]}
    assert made.isdisjoint(imported)
    # Only the deployment and the limits in front are new, which is the purpose of adopting.
    assert "aws_api_gateway_deployment.deployment" in made
    assert "aws_api_gateway_method_settings.stage" in made


def test_the_same_api_answers_as_the_file_says(adopting: Cdktf, by_hand: ByHand, client: Callable[[str], Any]) -> None:
    outputs = adopting.deploy(NAME)
    assert by_hand.api_id in outputs["http_endpoint"]
    answered = next(
        answer for answer in send("GET", outputs["url_get_health"], count=8).answers if answer.status == 200
    )
    assert json.loads(answered.body) == {"status": "ok"}
    assert adopting.planned_changes(NAME) == {}
    (stage,) = client("apigateway").get_stages(restApiId=by_hand.api_id)["item"]
    assert stage["stageName"] == "prod"
