"""What is wrong with an environment file, said so that its author can mend it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from math import isfinite
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from settings.known_keys import hint, listing
from settings.numbers import decimal

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

Where = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake: the path of the field, the value found there, what is allowed."""

    where: Where
    got: object
    allowed: str

    def __str__(self) -> str:
        """`waf.rate_rules[0].limit = 600: one IP may take ...`."""
        return _in_one_line(f"{field_path(self.where)} = {shown(self.got)}: {self.allowed}")


class EnvironmentFileError(Exception):
    """One line for every mistake: file, field, value, what is allowed."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(map(_in_one_line, lines))
        super().__init__("\n".join(self.lines))

    @classmethod
    def of(cls, file: str, *lines: str) -> "EnvironmentFileError":
        """The mistakes of one file, each line led by its name."""
        return cls(f"{file}: {line}" for line in lines)


def refuse(title: str, problems: Iterable[Problem]) -> None:
    """Raise all problems as one pydantic error, each at its own field; nothing where there are none."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("not_allowed", "{allowed}", {"allowed": problem.allowed}),
            loc=problem.where,
            input=problem.got,
        )
        for problem in problems
    ]
    if details:
        raise ValidationError.from_exception_data(title, details)


def describe(error: ErrorDetails, table: object, schema: dict[str, Any] | None = None) -> str:
    """`throttling.rate_limit = 0: must be greater than 0`, for an error found in that table.

    With the JSON Schema of the table it also says which keys there are.
    """
    # Our own checks say exactly where, and may mean a field that is not written but has its default.
    exact = error["type"] == "not_allowed"
    fields = error["loc"] if exact else _fields(error["loc"], table, absent=error["type"] == "missing")
    where = field_path(fields)
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            found = hint(schema, fields[:-1], str(fields[-1])) if schema else ""
            return f"{where}: unknown key; {found}" if found else f"{where}: unknown key"
        case "missing":
            return f"{where}: missing, and required"
        case "union_tag_invalid":
            tag = context["discriminator"].strip("'")
            return f"{where}.{tag} = {shown(context['tag'])}: must be one of {context['expected_tags']}"
        case "union_tag_not_found":
            tag = context["discriminator"].strip("'")
            return f"{where}.{tag}: missing, and required"
        case "value_error":
            allowed = str(context["error"])
        case "not_allowed":
            allowed = error["msg"]
        case _:
            allowed = re.sub(r"^(Input|String|Value|Tuple|Dictionary) should ", "must ", error["msg"])
            allowed = _WORDS.get(error["type"], allowed)
            if allowed == _A_TABLE and schema and (known := listing(schema, fields)):
                allowed = f"{_A_TABLE} with {known}"
    return f"{where} = {shown(error['input'])}: {allowed}"


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


def shown(value: object) -> str:
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
