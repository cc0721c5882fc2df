"""Which keys of the environment file fulfil a check."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

KEYS = Path(__file__).with_name("keys.toml")


class Fulfilled(BaseModel):
    """What a check requires, and the keys that fulfil it, or why none does."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    requires: str
    keys: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Paths of keys, each with a value if one value is enough: `observability.account_role = "existing"`."""
    together: bool = False
    """Whether the check needs all keys. Default: one of them, or the one that fits the failure's address."""
    reason: str = ""

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if bool(self.keys) == bool(self.reason):
            raise ValueError("set either keys or reason")
        return self

    def advice(self) -> str:
        """What to write, for the end of a line about a failure."""
        if not self.keys:
            return f"no key changes this: {self.reason.rstrip('.').replace('`', '')}"
        *others, last = self.keys
        word = "and" if self.together else "or"
        return f"set {', '.join(others)} {word} {last}" if others else f"set {last}"


@cache
def by_check() -> dict[str, Fulfilled]:
    """By the id of the check."""
    return TypeAdapter(dict[str, Fulfilled]).validate_python(tomllib.loads(KEYS.read_text(encoding="utf-8")))
