"""Arguments of the AWS provider that are newer than the bindings, so that their classes have no word for them.

Which version of the provider each needs, and that the environment file excludes older ones: settings/newer_provider.py.
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
"""Every such argument, by its resource's type. A test looks that the bindings lack them still."""


def place_newer(
    resource: Callable[Concatenate[Construct, str, P], TerraformResource],
    scope: Construct,
    name: str,
    newer: Mapping[str, str | None],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Address:
    """Create a resource as `place` does, with arguments beside those of its class; None leaves one out.

    Raises ValueError where an argument is not in NEWER: it may be the class's own, or misspelt.
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
