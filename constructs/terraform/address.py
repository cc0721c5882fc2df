"""Terraform addresses that Spillway chooses, and references to them without a call into Node."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Concatenate, ParamSpec, Self

from cdktf import TerraformResource
from constructs import Construct

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Address:
    """`aws_api_gateway_method.post_v1_chat_completions`: a public contract, see docs/adr/0004.

    It is also the id of the resource's construct, from which stacks/resource_names.py names the resource.
    """

    type: str
    name: str

    @classmethod
    def of(cls, resource: Callable[..., TerraformResource], name: str) -> Self:
        """The address with that name, for the type of resource that the L1 class creates."""
        return cls(_type(resource), name)

    def __str__(self) -> str:
        return f"{self.type}.{self.name}"

    def reference(self, attribute: str) -> str:
        """The attribute as a Terraform expression.

        The L1's own property (`method.id`) would contain CDKTF's name for the resource, after a round trip to Node.
        """
        return f"${{{self.type}.{self.name}.{attribute}}}"


def place(
    resource: Callable[Concatenate[Construct, str, P], TerraformResource],
    scope: Construct,
    name: str,
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Address:
    """Create a resource of that L1 class, with the class's own arguments, under a Terraform name."""
    address = Address.of(resource, name)
    resource(scope, str(address), *args, **kwargs)
    return address


@cache
def _type(resource: Callable[..., TerraformResource]) -> str:
    return str(resource.TF_RESOURCE_TYPE)  # type: ignore[attr-defined]  # every generated resource class has it
