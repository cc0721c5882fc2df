"""Every environment file in docs/examples is accepted and synthesizes to the same JSON from any folder."""

from collections import Counter
from pathlib import Path

import pytest
from cdktf import App

from settings.read import read_environment
from stacks.rate_limited_api_stack import RateLimitedApiStack
from tests.environment_files import ROOT
from tests.synthesis import rendered
from tests.waf.provider_schema import unknown_keys

EXAMPLES = ROOT / "docs" / "examples"

# The number of resources of each type that the example shows.
SHOWN = {
    "access": {"aws_api_gateway_authorizer": 3, "aws_api_gateway_domain_name": 1, "aws_api_gateway_rest_api_policy": 1},
    "aws_service": {"aws_api_gateway_integration_response": 4, "aws_iam_role": 1},
    "bedrock_api": {"aws_api_gateway_integration": 1, "aws_lambda_function": 2, "aws_dynamodb_table": 1},
    "bedrock_arn": {"aws_lambda_function": 3, "aws_iam_role": 3},
    "bedrock_openai": {"aws_api_gateway_integration": 1, "aws_api_gateway_usage_plan": 1, "aws_lambda_function": 0},
    "bedrock": {"aws_lambda_function": 2, "aws_lambda_permission": 2, "aws_iam_role": 2},
    "clients": {"aws_api_gateway_authorizer": 1, "aws_lambda_function": 1, "aws_api_gateway_usage_plan_key": 2},
    "http": {"aws_api_gateway_integration": 2},
    "lambda": {"aws_lambda_function": 1, "aws_lambda_permission": 2, "aws_api_gateway_model": 1},
    "private": {"aws_apigatewayv2_vpc_link": 1, "aws_api_gateway_vpc_link": 1},
    "private_api": {"aws_api_gateway_rest_api_policy": 1},
    "sagemaker": {"aws_api_gateway_integration_response": 4, "aws_iam_role": 1},
    "tls": {"aws_api_gateway_domain_name": 1, "aws_api_gateway_client_certificate": 1},
    "token_limits": {"aws_dynamodb_table": 1, "aws_lambda_function": 2, "aws_api_gateway_usage_plan": 2},
}


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.toml")), ids=lambda file: file.stem)
def test_accepted_and_synthesized(file: Path) -> None:
    environment = read_environment(file)
    created = rendered(environment)["resource"]
    assert {route.address for route in environment.routes} <= created["aws_api_gateway_method"].keys()
    unknown = [key for type_, named in created.items() for body in named.values() for key in unknown_keys(type_, body)]
    assert unknown == []


@pytest.mark.parametrize("name", SHOWN)
def test_shows_what_it_is_for(name: str) -> None:
    environment = read_environment(EXAMPLES / f"{name}.toml")
    created = Counter({kind: len(made) for kind, made in rendered(environment)["resource"].items()})
    assert {kind: created[kind] for kind in SHOWN[name]} == SHOWN[name]
    assert environment.warnings() == ()


def test_the_same_bytes_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for folder in (tmp_path / "a", tmp_path / "b" / "c"):
        folder.mkdir(parents=True)
        monkeypatch.chdir(folder)
        app = App(outdir=str(folder / "out"))
        RateLimitedApiStack(app, "lambda", environment=read_environment(EXAMPLES / "lambda.toml"))
        app.synth()
        files = sorted(file for file in (folder / "out" / "stacks").rglob("*") if file.is_file())
        written.append({file.relative_to(folder).as_posix(): file.read_bytes() for file in files})
    first, second = written
    assert first.keys() == {"out/stacks/lambda/cdk.tf.json", "out/stacks/lambda/functions/post_v1_chat_completions.zip"}
    assert first == second
    assert str(tmp_path).encode() not in first["out/stacks/lambda/cdk.tf.json"]
    assert str(ROOT).encode() not in first["out/stacks/lambda/cdk.tf.json"]
