"""Terraform addresses that we choose, and references to them that cost no call into Node."""

from dataclasses import dataclass
from functools import cache

from cdktf import TerraformResource


@dataclass(frozen=True, slots=True)
class Address:
    """`aws_api_gateway_method.post_v1_chat_completions`."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.type}.{self.name}"

    def reference(self, attribute: str) -> str:
        """The attribute as a Terraform expression.

        The L1's own property (`method.id`) gives the same after a round trip to Node, thousands of them in a large API.
        """
        return f"${{{self.type}.{self.name}.{attribute}}}"


def place(resource: TerraformResource, name: str) -> Address:
    """Give the resource its Terraform name: a public contract, see docs/adr/0004."""
    resource.override_logical_id(name)
    return Address(_type(type(resource)), name)


@cache
def _type(resource: type[TerraformResource]) -> str:
    return str(resource.TF_RESOURCE_TYPE)  # type: ignore[attr-defined]  # every generated resource class has it
