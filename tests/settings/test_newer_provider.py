"""What needs a newer provider than the bindings': refused until `provider_version` excludes older ones."""

import re
from pathlib import Path

import pytest

from settings.newer_provider import NEEDS
from settings.provider_version import OLDEST, version_text
from tests.environment_files import MINIMAL, ROOT, changed
from tests.refusals import refusals, warnings

STREAM = """
authorization = "AWS_IAM"
[routes.integration]
type = "http"
url = "http://h.eu"
response_transfer_mode = "STREAM"
timeout_milliseconds = 300_001
"""
DOMAIN = """
[domain]
domain_name = "api.example.com"
certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b"
security_policy = "SecurityPolicy_TLS13_1_3_2025_09"
endpoint_access_mode = "STRICT"
"""
API = 'name = "api"\nsecurity_policy = "TLS_1_2"'

CASES = (
    ("POST /chat: integration.timeout_milliseconds = 300001", "6.26", MINIMAL + STREAM),
    ("domain.security_policy = 'SecurityPolicy_TLS13_1_3_2025_09'", "6.28", MINIMAL + DOMAIN),
    ("api.security_policy = 'TLS_1_2'", "6.53", MINIMAL.replace('name = "api"', API)),
)


def with_provider(text: str, constraint: str) -> str:
    return text.replace('region = "us-east-1"', f'region = "us-east-1"\nprovider_version = "{constraint}"', 1)


@pytest.mark.parametrize(("said", "version", "text"), CASES)
def test_the_provider_of_the_bindings_does_not_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, version: str, text: str
) -> None:
    monkeypatch.setattr("settings.newer_provider.BINDINGS", (6, 25, 0))
    (line,) = refusals(tmp_path, text)
    assert line == (
        f"{said}: needs version {version}.0 of the AWS provider or later, "
        f'and without aws.provider_version 6.25.0 runs; write "~> {version}"'
    )


@pytest.mark.parametrize(("said", "version", "text"), CASES)
@pytest.mark.parametrize("constraint", ["~> 6.25", ">= 6.25.1, < 7.0.0", "6.25.0"])
def test_nor_does_every_version_that_may_run(
    tmp_path: Path, said: str, version: str, text: str, constraint: str
) -> None:
    (line,) = refusals(tmp_path, with_provider(text, constraint))
    assert line == (
        f"{said}: needs version {version}.0 of the AWS provider or later, "
        f'and aws.provider_version {constraint!r} allows older ones; write "~> {version}"'
    )


@pytest.mark.parametrize(("version", "text"), [case[1:] for case in CASES])
@pytest.mark.parametrize("constraint", ["~> {}", "~> {}.0", ">= {}, < 7.0.0", "{}.3"])
def test_taken_where_older_ones_are_excluded(tmp_path: Path, version: str, text: str, constraint: str) -> None:
    assert not any("provider" in line for line in warnings(tmp_path, with_provider(text, constraint.format(version))))


def test_every_need_has_a_case_and_a_version_that_not_every_file_asks_for() -> None:
    assert len(NEEDS) == len(CASES)
    assert all(need.since > OLDEST for need in NEEDS)


def test_the_page_has_every_need() -> None:
    text = (ROOT / "docs/state.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)`[^|]* \| (\d+\.\d+\.\d+) \| <(\S+)> \|$", text, re.MULTILINE)
    assert rows == [(need.setting, version_text(need.since), need.source) for need in NEEDS]


def test_300_s_need_nothing(tmp_path: Path) -> None:
    assert warnings(tmp_path, MINIMAL + STREAM.replace("300_001", "300_000")) == []


def test_a_buffered_answer_has_300_s_at_most_with_any_provider(tmp_path: Path) -> None:
    text = with_provider(MINIMAL + STREAM.replace('"STREAM"', '"BUFFERED"'), "~> 6.26")
    (line,) = refusals(tmp_path, text)
    assert line == (
        "POST /chat: integration.timeout_milliseconds = 300001: must be at most 300000; only response_transfer_mode "
        '= "STREAM" allows more'
    )


def test_the_whole_path_is_said_of_each_route(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settings.newer_provider.BINDINGS", (6, 25, 0))
    second = '\n[[routes]]\nmethod = "GET"\npath = "/chat"\n' + STREAM
    lines = refusals(tmp_path, MINIMAL + STREAM + second)
    assert [line.partition(" = ")[0] for line in lines] == [
        f"{method} /chat: integration.timeout_milliseconds" for method in ("POST", "GET")
    ]


def test_what_the_file_leaves_out_needs_nothing(tmp_path: Path) -> None:
    assert warnings(tmp_path, changed()) == []
