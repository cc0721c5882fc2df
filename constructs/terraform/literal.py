"""Text that Terraform must not interpret."""

from collections.abc import Callable
from typing import Any, TypeVar

from settings.base import Settings
from settings.file_reference import Code

Said = TypeVar("Said", bound=Settings)


def literal(text: str) -> str:
    """Escape `${` and `%{`, which open Terraform's templates in strings and keys, also in JSON, by doubling the first
    character.

    Source: https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
    """
    return text.replace("${", "$${").replace("%{", "%%{")


def literals(settings: Said) -> Said:
    """The same settings with every text and every key in them as a `literal`.

    A stack passes its environment through this function once, before any construct sees it. A construct must not escape
    these values again, or the escape would be visible. Spillway's own text that contains `${` without being a reference
    is a `literal` where it is written.

    Raises TypeError for a value of a type that this function does not handle.
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
    """The value itself if nothing in it changes."""
    match value:
        case str():
            return literal(value)
        case None | bool() | int() | float():
            return value
        case Code():
            # A folder of code, which only this machine reads. Its name is not rendered.
            return value
        case Settings():
            return _of_fields(value)
        case dict():
            pairs = {_escaped(key): _escaped(each) for key, each in value.items()}
            return pairs if pairs != value else value
        case tuple() | list():
            return _items(value, type(value))
        case _:
            raise TypeError(
                f"{type(value).__name__} in the settings: constructs/terraform/literal.py has no case for it"
            )


def _items(items: tuple[Any, ...] | list[Any], of: Callable[[list[Any]], Any]) -> Any:
    escaped = [_escaped(item) for item in items]
    return items if all(map(_is, escaped, items)) else of(escaped)


def _is(one: object, other: object) -> bool:
    return one is other
