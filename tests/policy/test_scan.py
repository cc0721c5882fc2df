"""checkov judges our JSON: a stack with a hole in it fails the check that looks for the hole."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from policy.scan import HERE, OWN_CHECKS, ScanError, Verdict, scan
from policy.suppressions import judge, read_suppressions
from settings.read import read_environment
from tests.conftest import Remembered
from tests.environment_files import ROOT
from tests.synthesis import rendered


def _as_it_is(stack: dict[str, Any]) -> None:
    assert stack["resource"]


def _without_waf(stack: dict[str, Any]) -> None:
    del stack["resource"]["aws_wafv2_web_acl_association"]


def _without_method_settings(stack: dict[str, Any]) -> None:
    del stack["resource"]["aws_api_gateway_method_settings"]


def _without_burst_limit(stack: dict[str, Any]) -> None:
    del stack["resource"]["aws_api_gateway_method_settings"]["stage"]["settings"]["throttling_burst_limit"]


def _rate_limit_lifted(stack: dict[str, Any]) -> None:
    stack["resource"]["aws_api_gateway_method_settings"]["stage"]["settings"]["throttling_rate_limit"] = -1


def _prompts_in_the_log(stack: dict[str, Any]) -> None:
    stack["resource"]["aws_api_gateway_method_settings"]["stage"]["settings"]["data_trace_enabled"] = True


def _another_open_route(stack: dict[str, Any]) -> None:
    methods = stack["resource"]["aws_api_gateway_method"]
    methods["post_v1_images"] = {**methods["post_v1_embeddings"]}


def _key_in_the_provider(stack: dict[str, Any]) -> None:
    # AWS's own example of a key: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
    stack["provider"]["aws"][0]["access_key"] = "AKIAIOSFODNN7EXAMPLE"


def _key_in_an_output(stack: dict[str, Any]) -> None:
    stack["output"]["http_endpoint"]["value"] = "https://a.example/?key=AKIAIOSFODNN7EXAMPLE"


HOLES: dict[str, tuple[Callable[[dict[str, Any]], None], set[tuple[str, str]]]] = {
    "as_it_is": (_as_it_is, set()),
    "without_waf": (_without_waf, {("CKV2_AWS_29", "aws_api_gateway_stage.stage")}),
    "without_method_settings": (_without_method_settings, {("CKV2_SPILLWAY_1", "aws_api_gateway_stage.stage")}),
    "without_burst_limit": (_without_burst_limit, {("CKV2_SPILLWAY_2", "aws_api_gateway_method_settings.stage")}),
    "rate_limit_lifted": (_rate_limit_lifted, {("CKV2_SPILLWAY_2", "aws_api_gateway_method_settings.stage")}),
    "prompts_in_the_log": (_prompts_in_the_log, {("CKV_AWS_276", "aws_api_gateway_method_settings.stage")}),
    "another_open_route": (
        _another_open_route,
        {
            ("CKV_AWS_59", "aws_api_gateway_method.post_v1_images"),
            ("CKV2_AWS_53", "aws_api_gateway_method.post_v1_images"),
        },
    ),
    "key_in_the_provider": (_key_in_the_provider, {("CKV_AWS_41", "provider.aws"), ("CKV_SECRET_2", "line 32")}),
    "key_in_an_output": (_key_in_an_output, {("CKV_SECRET_2", "line 9")}),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory, remembered: Remembered) -> dict[str, set[tuple[str, str]]]:
    """What fails of `prod` with each hole, by check and address; one run, since checkov takes seconds.

    Its verdicts depend on the JSON, on its version, on our checks and on how we call it, and on nothing else.
    """
    folder = tmp_path_factory.mktemp("holes")
    prod = json.dumps(rendered(read_environment(ROOT / "environments" / "prod.toml")))
    for name, (cut, _) in HOLES.items():
        stack = json.loads(prod)
        cut(stack)
        (folder / name).mkdir()
        (folder / name / "cdk.tf.json").write_text(json.dumps(stack, indent=2))
    found: dict[str, list[Verdict]] = {name: [] for name in HOLES}
    files = (HERE / "Pipfile.lock", HERE / "scan.py", *sorted(OWN_CHECKS.iterdir()), *folder.glob("*/*"))
    verdicts = remembered(
        "checkov",
        [b"".join(file.read_bytes() for file in sorted(files)), sys.version.encode()],
        lambda: [asdict(verdict) for verdict in scan(folder, HOLES)],
    )
    for verdict in (Verdict(**each) for each in verdicts):
        # To the suppressions each of them is prod.
        found[verdict.environment].append(replace(verdict, environment="prod"))
    return {
        name: {(each.check, each.address) for each in judge(verdicts, read_suppressions()).failed}
        for name, verdicts in found.items()
    }


@pytest.mark.parametrize("name", HOLES)
def test_the_hole_and_nothing_else_fails(failed: dict[str, set[tuple[str, str]]], name: str) -> None:
    assert failed[name] == HOLES[name][1]


def test_a_stack_that_is_not_json(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "cdk.tf.json").write_text("{")
    with pytest.raises(ScanError, match=r"checkov cannot read .*broken"):
        scan(tmp_path, ["broken"])


def test_silence_is_no_approval(tmp_path: Path) -> None:
    for name, content in {
        "empty": {"locals": {}},
        "full": rendered(read_environment(ROOT / "environments" / "dev.toml")),
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "cdk.tf.json").write_text(json.dumps(content, indent=2))
    with pytest.raises(ScanError, match="checkov found nothing to check in empty"):
        scan(tmp_path, ["empty", "full"])


def test_a_stack_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="not synthesized"):
        scan(tmp_path, ["absent"])


def test_no_stack(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="no stack"):
        scan(tmp_path, [])
