"""A value, or the word that turns it off."""

from typing import Annotated, Literal, TypeVar

from pydantic import Discriminator, Tag

Value = TypeVar("Value")


def _word_or_value(given: object) -> str:
    return "word" if isinstance(given, str) else "value"


# The two are distinguished first, so that a wrong value is reported once and not once for each side of the union.
OrOff = Annotated[
    Annotated[Value, Tag("value")] | Annotated[Literal["off"], Tag("word")],
    Discriminator(_word_or_value),
]
