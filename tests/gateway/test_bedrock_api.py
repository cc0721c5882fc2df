"""A Bedrock route in OpenAI's or Anthropic's format: its function, and what that may call."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from constructs.gateway.bedrock_integration import METERED_CODE
from settings.integration.bedrock import MOST_MODELS, PATHS
from tests.gateway.routes import resources, with_route

ACCOUNT = "${data.aws_caller_identity.current.account_id}"
GPT, SONNET, HAIKU = "openai.gpt-oss-120b-1:0", "us.anthropic.claude-sonnet-4-6", "eu.anthropic.claude-haiku-4-5"
BOTH = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
BY_IP = '[[token_limits]]\nname = "a"\nby = "ip"\ntokens_per_minute = 1000\n'


def created(folder: Path, api: str, *models: str, more: str = "", tables: str = "") -> dict[str, Any]:
    integration = f'type = "bedrock"\napi = {api}\nmodels = {json.dumps(models)}\n{more}'
    return resources(folder, with_route(integration, path="/v1/{proxy+}", tables=tables))


def only(made: dict[str, Any], kind: str) -> Any:
    [one] = made[kind].values()
    return one


def allowed(made: dict[str, Any]) -> Any:
    """What the role may do, beside writing its log."""
    _, *model = json.loads(only(made, "aws_iam_role_policy")["policy"])["Statement"]
    return model


@pytest.mark.parametrize(("mode", "handler"), [("BUFFERED", "index.invoke"), ("STREAM", "index.stream")])
def test_the_function(tmp_path: Path, mode: str, handler: str) -> None:
    made = created(tmp_path, '["openai", "anthropic"]', GPT, SONNET, more=f'response_transfer_mode = "{mode}"')
    function = only(made, "aws_lambda_function")
    assert (function["handler"], function["memory_size"], function["timeout"]) == (handler, 256, 29)
    told = function["environment"]["variables"]
    assert json.loads(told.pop("BACKEND")) == {"apis": ["openai", "anthropic"], "models": [GPT, SONNET]}
    # No table: what is not limited asks for none.
    assert told.keys() == {"RATE_LIMIT_BODY", "RATE_LIMIT_HEADERS", "RESPONSE_HEADERS", "TIMEOUT_MILLISECONDS"}
    assert "aws_dynamodb_table" not in made
    assert only(made, "aws_api_gateway_integration")["type"] == "AWS_PROXY"


def test_with_limits_it_is_the_same_function_and_a_table(tmp_path: Path) -> None:
    made = created(tmp_path, '"openai"', GPT, tables=BY_IP)
    told = only(made, "aws_lambda_function")["environment"]["variables"]
    assert json.loads(told["BACKEND"]) == {"apis": ["openai"], "models": [GPT]}
    assert "TOKEN_LIMITS" in told
    table, model = allowed(made)
    assert (table["Action"], model["Action"]) == (["dynamodb:UpdateItem"], BOTH)


def test_the_role_may_call_the_models_of_the_file(tmp_path: Path) -> None:
    made = created(tmp_path, '["openai", "anthropic"]', GPT, SONNET, HAIKU)
    profiles = [f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/{name}" for name in (SONNET, HAIKU)]
    models = [f"arn:aws:bedrock:*::foundation-model/{name.partition('.')[2]}" for name in (SONNET, HAIKU)]
    assert allowed(made) == [
        {
            "Effect": "Allow",
            "Action": BOTH,
            "Resource": [
                f"arn:aws:bedrock:us-east-1::foundation-model/{GPT}",
                *profiles,
                f"arn:aws:bedrock:*:{ACCOUNT}:project/default",
            ],
        },
        {
            "Effect": "Allow",
            "Action": BOTH,
            "Resource": models,
            "Condition": {"StringLike": {"bedrock:InferenceProfileArn": profiles}},
        },
    ]


def test_the_default_project_is_for_openais_formats_and_in_the_region_that_serves(tmp_path: Path) -> None:
    [here] = allowed(created(tmp_path, '"openai"', GPT))
    assert here["Resource"][1:] == [f"arn:aws:bedrock:us-east-1:{ACCOUNT}:project/default"]
    assert "project" not in json.dumps(allowed(created(tmp_path, '"anthropic"', SONNET)))


def test_the_most_models_fit_into_a_policy(tmp_path: Path) -> None:
    names = [f"us.anthropic.claude-sonnet-4-20250514-v{number}:0" for number in range(MOST_MODELS)]
    made = created(tmp_path, '["openai", "anthropic"]', *names, tables=BY_IP)
    policy = only(made, "aws_iam_role_policy")["policy"]
    rendered = policy.replace(ACCOUNT, "1" * 12).replace("${aws_dynamodb_table.token_limits.arn}", "a" * 120)
    assert len(re.sub(r"\s", "", rendered)) < 9500


def test_the_function_knows_the_paths_that_the_settings_know() -> None:
    text = (METERED_CODE / "bedrock_api.mjs").read_text(encoding="utf-8")
    table = text[text.index("const PATHS") : text.index("};", text.index("const PATHS"))]
    assert set(re.findall(r'"(/[a-z/]+)":', table)) == {end for ends in PATHS.values() for end in ends}


def test_the_zip_has_what_speaks_the_apis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = list[bytes]()
    monkeypatch.setattr("constructs.gateway.archive.Archive.write", lambda self, _: written.append(self._content))
    created(tmp_path, '"openai"', "openai.gpt-oss-20b-1:0")
    (tmp_path / "code.zip").write_bytes(written[0])
    with zipfile.ZipFile(tmp_path / "code.zip") as archive:
        assert {"index.mjs", "bedrock_api.mjs", "sign.mjs", "embeddings.mjs"} <= set(archive.namelist())
