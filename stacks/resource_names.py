"""Names resources as Spillway chose them. The names are a public contract: docs/adr/0004."""

from typing import Any

Resources = dict[str, dict[str, Any]]
"""Terraform's structure: type, name, body."""


def address_of(path: str) -> str:
    """The end of a construct's path: `prod/routes/post_chat/aws_api_gateway_method.post_chat`."""
    return path.rpartition("/")[2]


def with_our_names(resources: Resources) -> Resources:
    """A rendered `resource` block without the ids that CDKTF derives from whole paths.

    CDKTF's own `override_logical_id` needs another message to Node for every resource.
    """
    ours: Resources = {type_: {} for type_ in resources}
    for type_, made in resources.items():
        for body in made.values():
            metadata = body["//"]["metadata"]
            path = metadata["path"]
            of_type, _, name = address_of(path).partition(".")
            if of_type != type_ or not name:
                raise ValueError(f"{path} is not the address of an {type_}: constructs/terraform/address.py")
            if name in ours[type_]:
                raise ValueError(f"{path} is not the only {type_}.{name}")
            metadata["uniqueId"] = name
            ours[type_][name] = body
    return ours
