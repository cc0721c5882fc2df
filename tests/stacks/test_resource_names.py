"""Our names replace CDKTF's ids."""

from pathlib import Path
from typing import Any

import pytest
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from constructs import Construct

from constructs.terraform.address import place
from stacks.rate_limited_api_stack import RateLimitedApiStack
from stacks.resource_names import with_our_names
from tests.environment_files import environment
from tests.synthesis import app


def made(path: str) -> dict[str, Any]:
    return {"//": {"metadata": {"path": path, "uniqueId": "routes_x_1A2B3C4D"}}, "rest_api_id": "r"}


def test_a_resource_is_called_what_its_path_ends_with() -> None:
    method = {"routes_post_chat_awsapigatewaymethodpost_chat_1A2B3C4D": made("dev/routes/aws_api_gateway_method.chat")}
    assert with_our_names({"aws_api_gateway_method": method}) == {
        "aws_api_gateway_method": {
            "chat": {
                "//": {"metadata": {"path": "dev/routes/aws_api_gateway_method.chat", "uniqueId": "chat"}},
                "rest_api_id": "r",
            }
        }
    }


def test_one_name_of_two_types() -> None:
    resources = {"aws_iam_role": {"a": made("dev/aws_iam_role.x")}, "aws_sns_topic": {"a": made("dev/aws_sns_topic.x")}}
    assert {type_: list(made) for type_, made in with_our_names(resources).items()} == {
        "aws_iam_role": ["x"],
        "aws_sns_topic": ["x"],
    }


def test_two_resources_of_one_address_are_refused() -> None:
    with pytest.raises(ValueError, match=r"dev/b/aws_iam_role\.x is not the only aws_iam_role\.x"):
        with_our_names({"aws_iam_role": {"a": made("dev/a/aws_iam_role.x"), "b": made("dev/b/aws_iam_role.x")}})


@pytest.mark.parametrize("id", ["role", "aws_iam_role", "aws_iam_role.", "aws_sns_topic.x"])
def test_a_resource_whose_id_is_not_its_address_is_refused(id: str) -> None:
    with pytest.raises(ValueError, match=rf"dev/{id} is not the address of an aws_iam_role"):
        with_our_names({"aws_iam_role": {"a": made(f"dev/{id}")}})


def test_a_stack_refuses_two_of_one_address(tmp_path: Path) -> None:
    stack = RateLimitedApiStack(app(), "test", environment=environment(tmp_path))
    for scope in ("a", "b"):
        place(SnsTopic, Construct(stack, scope), "alarms")
    with pytest.raises(ValueError, match=r"test/b/aws_sns_topic\.alarms is not the only aws_sns_topic\.alarms"):
        stack.to_terraform()
