"""Arguments of the AWS provider that are newer than the bindings, whose classes therefore lack them.

settings/newer_provider.py has the provider version that each one needs, and refuses an environment file that allows
older versions.
"""

from collections.abc import Callable, Mapping
from typing import Concatenate, ParamSpec

from cdktf import TerraformResource
from constructs import Construct

from constructs.terraform.address import Address

P = ParamSpec("P")

NEWER = frozenset(
    {
        ("aws_api_gateway_domain_name", "endpoint_access_mode"),
        ("aws_api_gateway_rest_api", "endpoint_access_mode"),
        ("aws_api_gateway_rest_api", "security_policy"),
    }
)
"""All of these arguments, by type of resource. A test checks that the bindings still lack them."""


def place_newer(
    resource: Callable[Concatenate[Construct, str, P], TerraformResource],
    scope: Construct,
    name: str,
    newer: Mapping[str, str | None],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Address:
    """Create a resource like `place`, with additional arguments that its class does not have; None leaves one out.

    Raises ValueError if an argument is not in NEWER: the class may have it, or it is misspelled.
    """
    address = Address.of(resource, name)
    unknown = sorted(argument for argument in newer if (address.type, argument) not in NEWER)
    if unknown:
        raise ValueError(f"{address.type}.{unknown[0]} is not in NEWER")
    made = resource(scope, str(address), *args, **kwargs)
    for argument, value in newer.items():
        if value is not None:
            made.add_override(argument, value)
    return address
