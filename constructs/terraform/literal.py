"""Text that Terraform must not read."""

from collections.abc import Callable
from typing import Any, TypeVar

from settings.base import Settings
from settings.file_reference import Code

Said = TypeVar("Said", bound=Settings)


def literal(text: str) -> str:
    """`${` and `%{` open Terraform's templates, in strings and keys of JSON too; doubled, they are what they look like.

    Source: https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
    """
    return text.replace("${", "$${").replace("%{", "%%{")


def literals(settings: Said) -> Said:
    """The same settings with every text and every key of them a `literal`.

    A stack passes its environment through here once, before any construct sees it. What a construct writes of it then
    needs no escape, and must have none: a second one would show. Text of our own that holds `${` without being a
    reference is still a `literal` where it is written.

    Raises TypeError for a value of a type that nobody has decided about.
    """
    return _of_fields(settings)


def _of_fields(settings: Said) -> Said:
    changed = {
        name: after
        for name in type(settings).model_fields
        if (after := _escaped(before := getattr(settings, name))) is not before
    }
    return settings.model_copy(update=changed) if changed else settings


def _escaped(value: Any) -> Any:
    """The value itself where nothing in it changes."""
    match value:
        case str():
            return literal(value)
        case None | bool() | int() | float():
            return value
        case Code():
            # A folder of code, which this machine reads. Its name is written nowhere.
            return value
        case Settings():
            return _of_fields(value)
        case dict():
            pairs = {_escaped(key): _escaped(each) for key, each in value.items()}
            return pairs if pairs != value else value
        case tuple() | list():
            return _items(value, type(value))
        case _:
            raise TypeError(f"{type(value).__name__} in the settings: constructs/terraform/literal.py does not know it")


def _items(items: tuple[Any, ...] | list[Any], of: Callable[[list[Any]], Any]) -> Any:
    escaped = [_escaped(item) for item in items]
    return items if all(map(_is, escaped, items)) else of(escaped)


def _is(one: object, other: object) -> bool:
    return one is other
