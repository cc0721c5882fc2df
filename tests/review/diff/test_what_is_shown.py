"""No command of the review prints a possible secret: each field of the schema contains one that must not appear."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from review.commands import main
from settings.secrecy import may_be_shown
from tests.environment_files import write
from tests.settings.schema_fields import fields

# A text that is in no field, message or warning.
CANARY = "canary"

ENVIRONMENT = """
[aws]
region = "us-east-1"
ACCESS

[backend]
type = "s3"
bucket = "state"
region = "us-east-1"
assume_role = { role_arn = "arn:aws:iam::111122223333:role/state", external_id = "CANARY" }

[api]
name = "t"

[stage]
name = "prod"

[throttling]
rate_limit = 10
burst_limit = 20

[rate_limit_response]
docs_url = "https://docs.example.com/CANARY"
headers = { X-Hint = "CANARY" }
throttle = { docs_url = "https://docs.example.com/CANARY", headers = { X-Hint = "CANARY" } }
quota = { docs_url = "https://docs.example.com/CANARY", headers = { X-Hint = "CANARY" } }
waf = { docs_url = "https://docs.example.com/CANARY", headers = { X-Hint = "CANARY" } }

[usage_plans.theirs]
id = "a1b2c3"
api_keys = [{ name = "alice", id = "CANARY" }]

[authorizers.tokens]
type = "TOKEN"
function_arn = "arn:aws:lambda:us-east-1:111122223333:function:check"
identity_validation_expression = "^Bearer CANARY$"

[[routes]]
method = "POST"
path = "/http"
api_key_required = true
authorization = "tokens"
request = { body_schema = { type = "object", description = "CANARY" } }
integration = { type = "http", url = "https://CANARY:CANARY@llm.example.com/CANARY", headers = { X-Key = "CANARY" } }

[[routes]]
method = "POST"
path = "/file"
request = { body_schema = "schema.json" }
integration = { type = "mock", body = "CANARY" }

[[routes]]
method = "POST"
path = "/function"

[routes.integration]
type = "lambda"
code = "code"
runtime = "python3.13"
handler = "app.handler"
environment = { KEY = "CANARY" }

[[routes]]
method = "POST"
path = "/service"

[routes.integration]
type = "aws_service"
service = "sqs"
path = "111122223333/batches"
role_arn = "arn:aws:iam::111122223333:role/send"
request_parameters = { "header.X-Key" = "'CANARY'" }
request_template = "Token=CANARY"
response_template = "CANARY"

[[waf.rate_rules]]
name = "cdn"
limit = 2000

[waf.rate_rules.scope_down]
and = [
    { header = { name = "x-one", value = "CANARY" } },
    { not = { or = [{ header = { name = "x-two", value = "CANARY" } }, { path = "/http" }] } },
]

[[waf.rate_rules]]
name = "header"
limit = 2000
scope_down = { header = { name = "x-cdn", value = "CANARY" } }

[[waf.rate_rules]]
name = "all"
limit = 4000
"""

# Settings that exclude each other: an emulator has no role.
ACCESS = {
    'assume_role = { role_arn = "arn:aws:iam::111122223333:role/deploy", external_id = "CANARY" }': {
        "aws.assume_role.external_id"
    },
    """endpoint_url = "https://CANARY:CANARY@aws.example.com"
    endpoints = { sts = "https://CANARY:CANARY@sts.example.com" }""": {"aws.endpoint_url", "aws.endpoints.sts"},
}

CHANGED = {
    "backend.assume_role.external_id",
    "rate_limit_response.docs_url",
    "rate_limit_response.headers.X-Hint",
    "rate_limit_response.throttle.docs_url",
    "rate_limit_response.throttle.headers.X-Hint",
    "rate_limit_response.quota.docs_url",
    "rate_limit_response.quota.headers.X-Hint",
    "rate_limit_response.waf.docs_url",
    "rate_limit_response.waf.headers.X-Hint",
    "usage_plans.theirs.api_keys.alice.id",
    "authorizers.tokens.identity_validation_expression",
    'routes."POST /http".request.body_schema.description',
    'routes."POST /http".integration.url',
    'routes."POST /http".integration.headers.X-Key',
    'routes."POST /file".request.body_schema.description',
    'routes."POST /file".integration.body',
    'routes."POST /function".integration.code',
    'routes."POST /function".integration.environment.KEY',
    'routes."POST /service".integration.request_parameters."header.X-Key"',
    'routes."POST /service".integration.request_template',
    'routes."POST /service".integration.response_template',
    "waf.rate_rules.cdn.scope_down.and",
    "waf.rate_rules.header.scope_down.header.value",
}


def with_canaries(folder: Path, canary: str, access: str = "", text: str = ENVIRONMENT) -> str:
    """Write an environment with that text wherever a secret is possible. Returns its path."""
    (folder / "code").mkdir(parents=True)
    (folder / "code/app.py").write_text(canary, encoding="utf-8")
    schema = {"type": "object", "description": canary}
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return str(write(folder, text.replace("ACCESS", access).replace("CANARY", canary)))


@pytest.fixture(params=ACCESS, ids=["AWS", "an emulator"])
def access(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def files(tmp_path: Path, access: str) -> tuple[str, str]:
    return (
        with_canaries(tmp_path / "a", f"{CANARY}one", access),
        with_canaries(tmp_path / "b", f"{CANARY}two", access),
    )


def test_every_field_that_is_not_on_the_list_holds_one() -> None:
    # The defaults are in the routes that take them.
    texts = {field for field, kinds in fields().items() if "string" in kinds and not field.startswith("defaults.")}
    hidden = {field for field in texts if not may_be_shown(tuple(field.split(".")))}
    places = {
        field.replace('"', "").replace("POST /", "").replace("header.X-Key", "X-Key").replace(".description", "")
        for field in CHANGED.union(*ACCESS.values())
    } | {"waf.rate_rules.cdn.scope_down.header.value"}
    assert [field for field in hidden if not any(fnmatchcase(place, field) for place in places)] == []


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_a_change_of_what_may_be_a_secret_is_shown_without_it(
    files: tuple[str, str], access: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for before, after in (files, files[::-1]):
        assert main(["diff", before, after, "--format", form]) == 0
        printed = capsys.readouterr()
        assert CANARY not in printed.out + printed.err
    if form == "json":
        changed = {each["field"]: each for each in json.loads(printed.out)["settings"]}
        assert set(changed) == CHANGED | ACCESS[access]
        hidden = {field: each for field, each in changed.items() if not field.endswith(".code")}
        assert {(each["before"], each["after"]) for each in hidden.values()} == {("not shown", "not shown")}


def test_a_secret_that_comes_or_goes_is_shown_without_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = with_canaries(tmp_path / "a", CANARY)
    without = with_canaries(tmp_path / "b", CANARY, text=ENVIRONMENT.replace(', headers = { X-Key = "CANARY" }', ""))
    for before, after, expected in ((held, without, ("not shown", None)), (without, held, (None, "not shown"))):
        assert main(["diff", before, after, "--format", "json"]) == 0
        (header,) = json.loads(capsys.readouterr().out)["settings"]
        assert (header["before"], header["after"]) == expected


def test_of_a_url_the_host_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = with_canaries(tmp_path / "a", CANARY)
    after = with_canaries(tmp_path / "b", CANARY, text=ENVIRONMENT.replace("llm.example.com", "other.example.com"))
    assert main(["diff", before, after, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"] == [
        {
            "field": 'routes."POST /http".integration.url',
            "before": "https://llm.example.com/...",
            "after": "https://other.example.com/...",
        }
    ]


def test_of_a_condition_everything_else_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = with_canaries(tmp_path / "a", CANARY)
    after = with_canaries(tmp_path / "b", CANARY, text=ENVIRONMENT.replace('"x-two"', '"x-three"'))
    assert main(["diff", before, after, "--format", "json"]) == 0
    (condition,) = json.loads(capsys.readouterr().out)["settings"]
    assert "x-two" in str(condition["before"])
    assert "x-three" in str(condition["after"])
    assert CANARY not in str(condition)


@pytest.mark.parametrize("command", ["limits", "cost"])
@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_the_other_commands_print_none(
    files: tuple[str, str], command: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, files[0], "--format", form]) == 0
    printed = capsys.readouterr()
    assert CANARY not in printed.out + printed.err
