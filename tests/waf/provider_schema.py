"""Checks rendered resources against the provider package's own types."""

import inspect
from functools import cache
from importlib import import_module
from typing import Any

from constructs.terraform.newer_argument import NEWER

PACKAGE = "cdktf_cdktf_provider_aws"

# Terraform's meta-arguments, which are not in the config of a resource type.
_META = {"depends_on", "lifecycle"}
# Typed as `Any` by the package: tests/waf/statement_schema.py.
_UNTYPED = {"statement"}


@cache
def arguments(module: str, type_: str) -> frozenset[str] | None:
    """The parameters of that type's initializer; None if the package has no such type."""
    class_ = getattr(import_module(f"{PACKAGE}.{module}"), type_, None)
    return frozenset(inspect.signature(class_.__init__).parameters) - {"self"} if class_ else None


def camel(name: str) -> str:
    """`rate_limit` becomes `RateLimit`."""
    return "".join(part.capitalize() for part in name.split("_"))


def unknown_keys(resource_type: str, body: dict[str, Any]) -> list[str]:
    """Every key of a rendered resource that the provider's schema lacks."""
    module = resource_type.removeprefix("aws_")
    # The second is the package's name for a resource's own type if a block has that name.
    known = arguments(module, f"{camel(module)}Config") or arguments(module, f"{camel(module)}ConfigA")
    assert known is not None, f"the package has no {resource_type}"
    known |= {argument for type_, argument in NEWER if type_ == resource_type}
    return _unknown(module, camel(module), known, body, resource_type)


def _unknown(module: str, stem: str, known: frozenset[str], body: dict[str, Any], where: str) -> list[str]:
    found = []
    for key, value in body.items():
        if key in _META | {"//"}:
            continue
        if key not in known:
            found.append(f"{where}.{key}")
            continue
        type_ = stem + camel(key)
        below = arguments(module, type_)
        if key in _UNTYPED or below is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                found += _unknown(module, type_, below, item, f"{where}.{key}")
    return found
