"""The base of every settings value."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# What API Gateway, WAF, Lambda and CloudWatch take as an Integer, and Terraform's provider reads without loss.
LARGEST_INTEGER = 2**31 - 1

Item = TypeVar("Item")

# TOML has arrays only; a frozen value wants a tuple, and strict mode would refuse the conversion.
Items = Annotated[tuple[Item, ...], Field(strict=False)]


def _not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        raise ValueError("must contain at least one")
    return items


# Checked after the items, so that one bad item is not reported as an empty list too.
SomeItems = Annotated[tuple[Item, ...], Field(strict=False), AfterValidator(_not_empty)]


class Settings(BaseModel):
    """Frozen and keyword-only. Refuses unknown keys, and never converts a type: `"10"` is not a number."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        # Only the JSON Schema shows them, and the tool that writes it runs without -O. pydantic reads the sources again
        # to find them, which is a twentieth of a small synthesis.
        use_attribute_docstrings=__debug__,
        # A table is compiled with the table that holds it, not by itself too.
        defer_build=True,
    )
