"""What is wrong with an environment file, said so that its author can mend it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from math import isfinite
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from settings.formatting import decimal
from settings.known_keys import hint, listing
from settings.secrecy import HIDDEN, Where, may_be_shown, shown_value, without_secrets

_LONGEST_SHOWN = 80
# A route's path is shown whole.
_LONGEST_KEY = 300

# Types by TOML's names instead of Python's.
_A_TABLE = "must be a table"
_WORDS = {
    "dict_type": _A_TABLE,
    "model_type": _A_TABLE,
    "model_attributes_type": _A_TABLE,
    "tuple_type": "must be an array",
    "is_instance_of": "must be a path, in quotes",
    "bool_type": "must be true or false",
}

# pydantic's errors about texts and about fixed words. A number in such a field may be a key in the wrong place.
_OF_TEXTS = ("string_", "literal_error")
# About numbers and booleans, which somebody may have put in quotes.
_OF_NUMBERS = ("int_", "float_", "bool_")
_NUMBERS = re.compile(r"[0-9]+((, | or )[0-9]+)*")
_A_NUMBER_IN_QUOTES = re.compile(r"[-+]?[0-9][0-9_.,]*|true|false")


class _NoValue:
    """What a table is shown as: not at all."""

    def __repr__(self) -> str:
        return "no value"


NO_VALUE = _NoValue()


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, or one thing to know: the path of the field, and what is to be said of it.

    The value is the field's own, and comes from the settings: `refuse` and `with_values` put it in.
    """

    where: Where
    message: str
    got: object = NO_VALUE

    def __str__(self) -> str:
        """`waf.rate_rules[0].limit = 600: one IP may take ...`."""
        return line_about(self.where, shown_value(self.where, self.got), self.message)


class EnvironmentFileError(Exception):
    """One line for every mistake: file, field, value, what is allowed."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(map(_in_one_line, lines))
        super().__init__("\n".join(self.lines))

    @classmethod
    def of(cls, file: str, *lines: str) -> "EnvironmentFileError":
        """The mistakes of one file, each line led by its name."""
        return cls(f"{file}: {line}" for line in lines)


def refuse(settings: BaseModel, *problems: Problem) -> None:
    """Raise all problems as one pydantic error, each at its own field; nothing where there are none.

    The paths begin at these settings.
    """
    details = [
        InitErrorDetails(
            type=PydanticCustomError("not_allowed", "{message}", {"message": problem.message}),
            loc=problem.where,
            input=problem.got,
        )
        for problem in with_values(settings, problems)
    ]
    if details:
        raise ValidationError.from_exception_data(type(settings).__name__, details)


def with_values(settings: BaseModel, problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems, each with the value that its field has in these settings."""
    return (replace(problem, got=_value_at(settings, problem.where)) for problem in problems)


def _value_at(settings: BaseModel, where: Where) -> object:
    """What the file says there, or the default. A table, and what holds one, is no value that fits into a line."""
    value: Any = settings
    for part in where:
        match value:
            case BaseModel():
                fields = type(value).model_fields.items()
                name = next((name for name, field in fields if part in {name, field.alias}), None)
                value = NO_VALUE if name is None else getattr(value, name)
            case dict():
                value = value.get(part, NO_VALUE)
            case tuple() if isinstance(part, int) and part < len(value):
                value = value[part]
            case _:
                return NO_VALUE
    return list(value) if isinstance(value, tuple) else value


def describe(
    error: ErrorDetails, table: object, schema: dict[str, Any] | None = None, *, may_hold_secrets: bool = True
) -> str:
    """`throttling.rate_limit = 0: must be greater than 0`, for an error found in that table.

    With the JSON Schema of the table it also says which keys there are. `may_hold_secrets` is for files that are no
    environment files: all their values are shown.
    """
    # Our own checks say exactly where, and may mean a field that is not written but has its default.
    exact = error["type"] == "not_allowed"
    fields = error["loc"] if exact else _fields(error["loc"], table, absent=error["type"] == "missing")
    context = error.get("ctx", {})
    got = error["input"]
    match error["type"]:
        case "extra_forbidden":
            found = hint(schema, fields[:-1], str(fields[-1])) if schema else ""
            return line_about(fields, NO_VALUE, f"unknown key; {found}" if found else "unknown key")
        case "missing":
            return line_about(fields, NO_VALUE, "missing, and required")
        case "union_tag_invalid":
            fields, got = (*fields, context["discriminator"].strip("'")), context["tag"]
            message = f"must be one of {context['expected_tags']}"
        case "union_tag_not_found":
            return line_about((*fields, context["discriminator"].strip("'")), NO_VALUE, "missing, and required")
        case "value_error":
            message = str(context["error"])
        case "not_allowed":
            message = error["msg"]
        case _:
            message = re.sub(r"^(Input|String|Value|Tuple|Dictionary) should ", "must ", error["msg"])
            message = _WORDS.get(error["type"], message)
            if message == _A_TABLE and schema and (known := listing(schema, fields)):
                message = f"{_A_TABLE} with {known}"
    return line_about(
        fields,
        _refused_value(fields, got, error["type"], str(context.get("expected", ""))) if may_hold_secrets else got,
        message,
    )


def _refused_value(where: Where, value: object, error: str, words: str) -> object:
    """What may be shown of a value that its field does not take, so that it may be anything.

    `words` are those that the field takes, if it takes no others.
    """
    if isinstance(value, str) and error.startswith(_OF_NUMBERS):
        return value if _A_NUMBER_IN_QUOTES.fullmatch(value) else HIDDEN
    if isinstance(value, int | float) and error.startswith(_OF_TEXTS) and not _NUMBERS.fullmatch(words):
        return value if may_be_shown(where) else HIDDEN
    return shown_value(where, value)


def line_about(where: Where, value: object, message: str) -> str:
    """Field, value, message. A value that is not to be shown is left out, and so is a table."""
    tables = (dict, BaseModel)
    listed = value if isinstance(value, list) else []
    if value in (HIDDEN, NO_VALUE) or isinstance(value, tables) or any(isinstance(each, tables) for each in listed):
        text = f"{field_path(where)}: {message}"
    else:
        text = f"{field_path(where)} = {value_text(value)}: {message}"
    return _in_one_line(without_secrets(text))


def _fields(loc: Where, table: Any, *, absent: bool) -> Where:
    """The location without the tags of unions, which pydantic puts in and no author wrote."""
    fields: list[str | int] = []
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        held = isinstance(table, dict) and part in table
        listed = isinstance(table, list) and isinstance(part, int)
        if held or listed:
            table = table[part]
        elif not (last and absent) and fields:
            continue
        fields.append(part)
    return tuple(fields)


def field_path(loc: Where) -> str:
    """`routes[1].path`; a key that is no bare TOML key is quoted."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            short = part if len(part) <= _LONGEST_KEY else f"{part[: _LONGEST_KEY - 3]}..."
            text += ("." if text else "") + (short if bare else f'"{_in_one_line(short)}"')
    return text


def _in_one_line(text: str) -> str:
    """Line breaks and what else a terminal would act on, spelt out: keys and values may hold them."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def value_text(value: object) -> str:
    """The value as its author wrote it, shortened where it is long."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case float() if isfinite(value):
            return decimal(value)
        case date() | time():
            return value.isoformat()
        case _:
            return _short(value)


def _short(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes out no whole number of more than 4,300 digits; TOML may hold one in hexadecimal.
        return "a number too long to show"
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
