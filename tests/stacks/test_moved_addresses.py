"""A renamed resource is moved, not replaced."""

import json
from pathlib import Path

import pytest

from stacks import rate_limited_api_stack
from stacks.moved_addresses import Renamed, moved_blocks
from tests.environment_files import environment
from tests.synthesis import synthesized

METHODS = Renamed(since="0.2.0", new=r"aws_api_gateway_method\.(.+)", old=r"aws_api_gateway_method.method_\1")
STAGE = Renamed(since="0.2.0", new=r"aws_api_gateway_stage\.stage", old="aws_api_gateway_stage.api")
STAGE_AGAIN = Renamed(since="0.3.0", new=r"aws_api_gateway_stage\.the_stage", old="aws_api_gateway_stage.stage")


@pytest.mark.parametrize(
    ("addresses", "renamed", "expected"),
    [
        pytest.param(["aws_api_gateway_stage.stage"], [], [], id="nothing renamed"),
        pytest.param(["aws_api_gateway_stage.other"], [STAGE], [], id="nothing that it concerns"),
        pytest.param(
            ["aws_api_gateway_method.post_a", "aws_api_gateway_method.get_b", "aws_api_gateway_method_response.get_b"],
            [METHODS],
            [
                {"from": "aws_api_gateway_method.method_get_b", "to": "aws_api_gateway_method.get_b"},
                {"from": "aws_api_gateway_method.method_post_a", "to": "aws_api_gateway_method.post_a"},
            ],
            id="every resource of a type",
        ),
        pytest.param(
            ["aws_api_gateway_stage.the_stage"],
            [STAGE, STAGE_AGAIN],
            [
                {"from": "aws_api_gateway_stage.stage", "to": "aws_api_gateway_stage.the_stage"},
                {"from": "aws_api_gateway_stage.api", "to": "aws_api_gateway_stage.stage"},
            ],
            id="twice renamed",
        ),
        pytest.param(
            ["aws_api_gateway_stage.the_stage", "aws_api_gateway_stage.stage"],
            [STAGE_AGAIN],
            [],
            id="the old name is another's now",
        ),
    ],
)
def test_blocks(addresses: list[str], renamed: list[Renamed], expected: list[dict[str, str]]) -> None:
    assert moved_blocks(addresses, renamed) == expected


def test_a_stack_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = environment(tmp_path)
    before = json.loads(synthesized(settings))
    assert "moved" not in before
    monkeypatch.setattr(
        rate_limited_api_stack, "moved_blocks", lambda addresses: moved_blocks(addresses, [METHODS, STAGE])
    )
    after = json.loads(synthesized(settings))
    assert after.pop("moved") == [
        {"from": "aws_api_gateway_method.method_post_chat", "to": "aws_api_gateway_method.post_chat"},
        {"from": "aws_api_gateway_stage.api", "to": "aws_api_gateway_stage.stage"},
    ]
    assert after == before
