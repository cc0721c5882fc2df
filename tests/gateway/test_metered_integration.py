"""Limits in tokens: the table, the function in front of the model, and what it may do."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.routes import resources, with_route
from tests.synthesis import rendered_text

MODEL = "anthropic.claude-sonnet-4-6"
BEDROCK = f'type = "bedrock"\nmodel_id = "{MODEL}"\nmemory_size = 300'
HTTP = 'type = "http"\nurl = "https://llm.example.com/v1"\nheaders = { X-Org = "a" }\ndrop_headers = ["x-api-key"]'
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/llm/0123456789abcdef"
PRIVATE = (
    f'type = "private"\nurl = "https://llm.internal/v1"\nload_balancer_arn = "{BALANCER}"\n'
    'subnet_ids = ["subnet-0b", "subnet-0a"]\nsecurity_group_ids = ["sg-0a"]\n'
)
BY_IP = '[[token_limits]]\nname = "a"\nby = "ip"\ntokens_per_minute = 1000\n'
PLAN = '[usage_plans.gold]\ntokens_per_minute = 1000\napi_keys = ["acme", "initech"]\n'
TABLE = "${aws_dynamodb_table.token_limits.arn}"


def statements(created: dict[str, Any]) -> list[Any]:
    policy: list[Any] = json.loads(created["aws_iam_role_policy"]["post_chat"]["policy"])["Statement"]
    return policy


def variables(created: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = created["aws_lambda_function"]["post_chat"]["environment"]["variables"]
    return found


def test_the_table(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route(HTTP, tables=BY_IP))
    assert created["aws_dynamodb_table"] == {
        "token_limits": {
            "attribute": [{"name": "id", "type": "S"}],
            "billing_mode": "PAY_PER_REQUEST",
            "hash_key": "id",
            "name": "api-test-token-limits",
            "ttl": {"attribute_name": "e", "enabled": True},
        }
    }


def test_a_table_with_everything(tmp_path: Path) -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/0a"
    store = (
        f'[token_store]\nkms_key_arn = "{key}"\npoint_in_time_recovery = true\n'
        "deletion_protection = true\nmax_write_request_units = 100\n"
    )
    created = resources(tmp_path, with_route(HTTP, tables=BY_IP + store))
    table = created["aws_dynamodb_table"]["token_limits"]
    assert table["deletion_protection_enabled"] is True
    assert table["on_demand_throughput"] == {"max_write_request_units": 100}
    assert table["point_in_time_recovery"] == {"enabled": True}
    assert table["server_side_encryption"] == {"enabled": True, "kms_key_arn": key}
    assert [statement["Resource"] for statement in statements(created)[1:]] == [[TABLE], [key]]


def test_an_http_route_gets_a_function(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route(f'{HTTP}\nresponse_transfer_mode = "STREAM"', tables=BY_IP))
    function = created["aws_lambda_function"]["post_chat"]
    assert (function["handler"], function["runtime"], function["timeout"]) == ("index.stream", "nodejs22.x", 29)
    assert function["memory_size"] == 512
    told = variables(created)
    assert told["TOKEN_TABLE"] == "${aws_dynamodb_table.token_limits.name}"
    assert told["METRIC_NAMESPACE"] == "Spillway/api/test"
    assert json.loads(told["BACKEND"]) == {
        "url": "https://llm.example.com/v1",
        "headers": {"X-Org": "a"},
        "drop_headers": ["x-api-key"],
    }
    integration = created["aws_api_gateway_integration"]["post_chat"]
    assert (integration["type"], integration["response_transfer_mode"]) == ("AWS_PROXY", "STREAM")
    _, *own = statements(created)
    assert own == [{"Effect": "Allow", "Action": ["dynamodb:UpdateItem"], "Resource": [TABLE]}]


def test_a_bedrock_route_keeps_its_function_and_its_rights(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route(BEDROCK, tables=BY_IP))
    _, table, model = statements(created)
    assert (table["Action"], model["Action"]) == (["dynamodb:UpdateItem"], ["bedrock:InvokeModel"])
    assert created["aws_lambda_function"]["post_chat"]["memory_size"] == 300
    assert json.loads(variables(created)["BACKEND"]) == {"model_id": MODEL}


def test_a_private_route_gets_a_function_in_its_subnets(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, with_route(PRIVATE, tables=BY_IP))
    created = rendered["resource"]
    assert not {"aws_apigatewayv2_vpc_link", "aws_api_gateway_vpc_link"} & created.keys()
    function = created["aws_lambda_function"]["post_chat"]
    assert function["vpc_config"] == {"security_group_ids": ["sg-0a"], "subnet_ids": ["subnet-0a", "subnet-0b"]}
    assert "aws_iam_role_policy.post_chat" in function["depends_on"]
    assert variables(created)["BACKEND_ADDRESS"] == "${data.aws_lb.post_chat.dns_name}"
    assert rendered["data"]["aws_lb"]["post_chat"]["arn"] == BALANCER
    assert "ec2:CreateNetworkInterface" in statements(created)[-1]["Action"]


def test_the_function_knows_which_key_is_in_which_plan(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route(HTTP, more="api_key_required = true", tables=PLAN))
    acme, initech = (f"${{aws_api_gateway_api_key.{name}.id}}" for name in ("acme", "initech"))
    assert variables(created)["PLAN_KEYS"] == f"gold={acme},{initech}"


def test_a_key_that_is_there_already_is_known_by_its_id(tmp_path: Path) -> None:
    plan = '[usage_plans.gold]\ntokens_per_minute = 1000\napi_keys = ["Acme", { name = "old", id = "a1b2c3d4e5" }]\n'
    created = resources(tmp_path, with_route(HTTP, more="api_key_required = true", tables=plan))
    assert variables(created)["PLAN_KEYS"] == "gold=${aws_api_gateway_api_key.acme.id},a1b2c3d4e5"


def test_keys_that_terraform_would_name_alike_are_told_apart(tmp_path: Path) -> None:
    plan = '[usage_plans.gold]\ntokens_per_minute = 1000\napi_keys = ["team-a", "Team-A"]\n'
    created = resources(tmp_path, with_route(HTTP, more="api_key_required = true", tables=plan))
    [of_plan] = variables(created)["PLAN_KEYS"].split(";")
    said = of_plan.removeprefix("gold=").split(",")
    assert said[0] == "${aws_api_gateway_api_key.team_a.id}"
    assert sorted(said) == sorted(
        f"${{aws_api_gateway_api_key.{name}.id}}" for name in created["aws_api_gateway_api_key"]
    )


def test_prices_are_a_file_beside_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In which Terraform reads nothing, so that a model's name stands there as the file has it."""
    written = dict[str, bytes]()

    def keep(self: Any, file: Path) -> None:
        written[file.name] = self._content

    monkeypatch.setattr("constructs.gateway.archive.Archive.write", keep)
    resources(tmp_path, with_route(HTTP, tables=f'{BY_IP}[token_prices."m${{x}}%{{y}}"]\ninput = 1\noutput = 2\n'))
    (tmp_path / "code.zip").write_bytes(written["post_chat.zip"])
    with zipfile.ZipFile(tmp_path / "code.zip") as archive:
        names = archive.namelist()
        assert names == sorted(names)
        prices = json.loads(archive.read("prices.json"))
    assert prices == {"m${x}%{y}": {"input": 1.0, "output": 2.0, "cached_input": 1.0, "cache_write": 1.0}}


def test_text_of_the_file_is_not_read_by_terraform(tmp_path: Path) -> None:
    integration = HTTP.replace('"a"', '"${var.secret}"')
    limits = BY_IP + 'models = ["a%{x}"]\n'
    told = variables(resources(tmp_path, with_route(integration, tables=limits)))
    assert "$${var.secret}" in told["BACKEND"]
    assert json.loads(told["TOKEN_LIMITS"])[0]["models"] == ["a%%{x}"]


def test_the_function_knows_how_long_api_gateway_waits(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route(f"{BEDROCK}\ntimeout_milliseconds = 10_500", tables=BY_IP))
    assert created["aws_lambda_function"]["post_chat"]["timeout"] == 11
    assert variables(created)["TIMEOUT_MILLISECONDS"] == "10500"
    assert "MODEL_ID" not in variables(created)


def test_an_emulator_is_asked_for_the_table_too(tmp_path: Path) -> None:
    text = with_route(HTTP).replace('region = "us-east-1"', 'region = "us-east-1"\nendpoint_url = "http://127.0.0.1:1"')
    [without] = rendered_text(tmp_path, text)["provider"]["aws"]
    [metered] = rendered_text(tmp_path, text + BY_IP)["provider"]["aws"]
    assert metered["endpoints"][0].keys() - without["endpoints"][0].keys() == {"dynamodb"}
