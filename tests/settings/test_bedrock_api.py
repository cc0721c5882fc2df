"""`api` and `models` of a Bedrock integration: what is accepted, refused and warned of."""

import json
from pathlib import Path

import pytest

from tests.environment_files import changed, environment
from tests.refusals import refusals, warnings

GPT, CLAUDE = "openai.gpt-oss-120b-1:0", "us.anthropic.claude-sonnet-4-6"
WHERE = "POST /v1/{proxy+}: integration"


def bedrock(lines: str, *, path: str = "/v1/{proxy+}", method: str = "POST", tables: str = "") -> str:
    integration = f'[routes.integration]\ntype = "bedrock"\n{lines}\n{tables}'
    return changed(method=f'method = "{method}"', path=f'path = "{path}"\nauthorization = "AWS_IAM"\n{integration}')


def api(name: object, *models: str) -> str:
    return f"api = {json.dumps(name)}\nmodels = {json.dumps(models)}"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("openai", "/v1/chat/completions"),
        ("openai", "/v1/responses"),
        ("openai", "/embeddings"),
        ("openai", "/v1/{proxy+}"),
        (["openai", "anthropic"], "/{proxy+}"),
        (["openai", "anthropic"], "/v1/messages"),
        ("anthropic", "/claude/v1/messages"),
    ],
)
def test_accepted(tmp_path: Path, name: object, path: str) -> None:
    text = bedrock(api(name, CLAUDE), path=path)
    assert warnings(tmp_path, text) == []
    [route] = environment(tmp_path, text).routes
    assert route.integration.model_dump()["api"] == ((name,) if isinstance(name, str) else tuple(name))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        pytest.param(
            "", f'{WHERE}: must have a model_id, or an api ("openai", "anthropic") and models', id="nothing to call"
        ),
        pytest.param(
            f'model_id = "{GPT}"\nmodels = ["{GPT}"]',
            f'{WHERE}: needs api to have models: api = "openai", "anthropic" or both in a list',
            id="models without an api",
        ),
        pytest.param(
            f'{api("openai", GPT)}\nmodel_id = "{GPT}"',
            f"{WHERE}: must have models instead of model_id and model_source: with api, the request selects one",
            id="a model_id with an api",
        ),
        pytest.param(
            'api = "openai"', f"{WHERE}: must have models: the ids that a request may use", id="an api without models"
        ),
        pytest.param(
            api("anthropic", CLAUDE, GPT),
            f"{WHERE}: must have Claude models only: Anthropic's messages API does not support {GPT}",
            id="messages of another model",
        ),
        pytest.param(
            api("google", GPT),
            f"{WHERE}.api = 'google': must be 'openai' or 'anthropic', or an array",
            id="unknown api",
        ),
        pytest.param(api([], GPT), f"{WHERE}.api = []: must contain at least one", id="no api"),
        pytest.param(
            api(["openai", "openai"], GPT),
            f"{WHERE}.api = ['openai', 'openai']: must contain each only once",
            id="an api twice",
        ),
        pytest.param(
            api("openai", GPT, GPT), f"{WHERE}.models = {[GPT, GPT]}: must contain each only once", id="a model twice"
        ),
        pytest.param(
            api("openai", "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abcd1234efgh"),
            f"{WHERE}.models[0] = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abcd123...: "
            "must be the id of a model or of a cross-Region profile: AWS documents no ARN for these APIs",
            id="an ARN",
        ),
        pytest.param(
            api("openai", "gpt-4o"),
            f"{WHERE}.models[0] = 'gpt-4o': must be a model's id (anthropic....) or a cross-Region inference profile's "
            "(us.anthropic....)",
            id="a name of OpenAI's",
        ),
        pytest.param(
            api("openai", *(f"openai.gpt-{number}" for number in range(26))),
            f"{WHERE}.models = ['openai.gpt-0', 'openai.gpt-1', 'openai.gpt-2', 'openai.gpt-3', 'openai.gpt-...: must "
            "hold at most 25, as many as fit into the role's policy, not 26",
            id="more models than a policy has room for",
        ),
    ],
)
def test_refused(tmp_path: Path, lines: str, line: str) -> None:
    assert refusals(tmp_path, bedrock(lines)) == [line]


def test_a_path_that_does_not_say_which_operation(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path, bedrock(api("openai", GPT), path="/v1/chat"))
    assert line == (
        "POST /v1/chat: path = '/v1/chat': must end in /chat/completions, /responses, /embeddings or {proxy+}: the "
        "end of the path selects the operation"
    )
    (line,) = refusals(tmp_path, bedrock(api("anthropic", CLAUDE), path="/v1/responses"))
    assert line.startswith("POST /v1/responses: path = '/v1/responses': must end in /messages or {proxy+}")


def test_another_method(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path, bedrock(api("openai", GPT), method="GET"))
    assert line == "GET /v1/{proxy+}: method = 'GET': must be POST, like every operation of these APIs"


def test_a_profile_of_another_geography(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, bedrock(api("anthropic", CLAUDE, "eu.anthropic.claude-haiku-4-5")))
    assert line.startswith(f"{WHERE}.models[1] = 'eu.anthropic.claude-haiku-4-5': an inference profile is called from")


def test_money_needs_a_price_of_every_model(tmp_path: Path) -> None:
    tables = (
        f'[[token_limits]]\nname = "a"\nby = "ip"\nusd_per_month = 10\n[token_prices."{GPT}"]\ninput = 1\noutput = 2\n'
    )
    (line,) = refusals(tmp_path, bedrock(api(["openai", "anthropic"], GPT, CLAUDE), tables=tables))
    assert line.endswith(f'needs a price for POST /v1/{{proxy+}}: a table [token_prices."{CLAUDE}"]')
