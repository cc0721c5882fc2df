"""The base of every settings value."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# API Gateway, WAF, Lambda and CloudWatch accept this as an Integer, and Terraform's provider reads it without loss.
LARGEST_INTEGER = 2**31 - 1

Item = TypeVar("Item")

# TOML has only arrays. A frozen value needs a tuple, and strict mode would refuse the conversion.
Items = Annotated[tuple[Item, ...], Field(strict=False)]


def _not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        raise ValueError("must contain at least one")
    return items


# Checked after the items, so that one wrong item is not also reported as an empty list.
SomeItems = Annotated[tuple[Item, ...], Field(strict=False), AfterValidator(_not_empty)]


class Settings(BaseModel):
    """Frozen and keyword-only. Refuses unknown keys, and never converts a type: `"10"` is not a number."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        # Only the JSON Schema shows the docstrings, and the tool that writes it runs without -O. To find them, pydantic
        # reads the sources again, which takes a twentieth of a small synthesis.
        use_attribute_docstrings=__debug__,
        # A table is compiled with the table that contains it, not separately too.
        defer_build=True,
    )
