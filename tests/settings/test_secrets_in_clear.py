"""Secrets that would end in Terraform's state are warned of, and not printed."""

import json
import re
from pathlib import Path

import pytest

from tests.environment_files import MINIMAL, changed
from tests.refusals import warnings

INTEGRATION = "POST /chat: integration"
URL = 'type = "http", url = "https://llm.example.com"'
CODE = 'type = "lambda", code = "fn", runtime = "python3.13", handler = "app.handler"'
SQS = 'type = "aws_service", service = "sqs", action = "A", role_arn = "arn:aws:iam::111122223333:role/r"'


def warned(folder: Path, text: str, secret: str) -> list[str]:
    (folder / "fn").mkdir()
    (folder / "fn" / "app.py").write_text("", encoding="utf-8")
    found = warnings(folder, text)
    assert not any(secret in line for line in found)
    return [re.split(": (?!integration)| = ", line)[0] for line in found if "clear" in line]


def route(integration: str) -> str:
    return changed(path=f'path = "/chat"\nauthorization = "AWS_IAM"\nintegration = {{ {integration} }}')


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (route(URL + ', headers = { Authorization = "opaque-secret-1" }'), f"{INTEGRATION}.headers.Authorization"),
        (route(URL + ', headers = { X-Plan = "Bearer opaque-secret-1" }'), f"{INTEGRATION}.headers.X-Plan"),
        (route('type = "http", url = "https://u:opaque-secret-1@llm.example.com"'), f"{INTEGRATION}.url"),
        (
            route(CODE + ', environment = { OPENAI_API_KEY = "opaque-secret-1" }'),
            f"{INTEGRATION}.environment.OPENAI_API_KEY",
        ),
        (route(CODE + ', environment = { SETUP = "token=opaque-secret-1" }'), f"{INTEGRATION}.environment.SETUP"),
        (route(SQS + ', request_template = "a&Token=opaque-secret-1"'), f"{INTEGRATION}.request_template"),
        (
            route(SQS + """, request_parameters = { "header.X-Secret" = "'opaque-secret-1'" }"""),
            f'{INTEGRATION}.request_parameters."header.X-Secret"',
        ),
        (route("""type = "mock", body = '{"api_key": "opaque-secret-1"}'"""), f"{INTEGRATION}.body"),
        (
            MINIMAL.replace('name = "api"', 'name = "api"\ndescription = "password: opaque-secret-1"'),
            "api.description",
        ),
        (
            MINIMAL
            + '[[waf.rate_rules]]\nname = "r"\nlimit = 20\n'
            + 'scope_down = { not = { header = { name = "X-Cdn-Secret", value = "opaque-secret-1" } } }\n',
            "rate rule r",
        ),
    ],
)
def test_warned_of(tmp_path: Path, text: str, where: str) -> None:
    assert warned(tmp_path, text, "opaque-secret-1") == [where]


@pytest.mark.parametrize(
    "text",
    [
        route(URL + ', headers = { X-Plan = "gold", X-Key = "" }'),
        route(CODE + ', environment = { MAX_TOKENS = "1024", SECRET = "arn:aws:secretsmanager:us-east-1:1:secret:s" }'),
        route(CODE + ', environment = { KEY_NAME = "prod/key", TOKEN = "/prod/token" }'),
        route(SQS + ', request_parameters = { "header.X-Token" = "method.request.header.X-Token" }'),
        route("""type = "mock", body = '{"usage": {"total_tokens": 12}}'"""),
    ],
)
def test_what_only_names_a_secret_is_not_warned_of(tmp_path: Path, text: str) -> None:
    assert warned(tmp_path, text, json.dumps(None)) == []
