"""A placed resource has the address that Spillway chose."""

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.api_gateway_resource import ApiGatewayResource

from constructs.terraform.address import Address, place
from tests.synthesis import app


def test_the_address_is_the_constructs_id() -> None:
    stack = TerraformStack(app(), "stack")
    address = place(ApiGatewayResource, stack, "v1", rest_api_id="a", parent_id="b", path_part="v1")
    assert address == Address.of(ApiGatewayResource, "v1") == Address("aws_api_gateway_resource", "v1")
    assert address.reference("id") == "${aws_api_gateway_resource.v1.id}"
    assert [child.node.id for child in stack.node.children] == ["aws_api_gateway_resource.v1"]


def test_the_class_has_its_say_on_the_arguments() -> None:
    stack = TerraformStack(app(), "stack")
    with pytest.raises(TypeError, match="unexpected keyword argument 'part'"):
        # mypy checks this: it would refuse an unnecessary comment.
        place(ApiGatewayResource, stack, "v1", rest_api_id="a", parent_id="b", part="v1")  # type: ignore[call-arg]
