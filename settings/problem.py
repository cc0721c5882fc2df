"""What is wrong with an environment file, in a form that its author can act on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from math import isfinite
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from settings.entry_name import depth, entry_name, named
from settings.formatting import decimal
from settings.secrecy import HIDDEN, Where, may_be_shown, shown_value, without_secrets
from settings.written_out import WrittenOut, written_out

_LONGEST_SHOWN = 80
# As a key, a route's path is shown in full. In front of a field it is shortened, since the field may be the path.
_LONGEST_KEY = 300
_LONGEST_ENTRY = 120

# pydantic's errors about texts and about fixed words. A number in such a field may be a secret key in the wrong field.
_OF_TEXTS = ("string_", "literal_error")
# Errors about numbers and booleans, which the author may have written in quotes.
_OF_NUMBERS = ("int_", "float_", "bool_")
_NUMBERS = re.compile(r"[0-9]+((, | or )[0-9]+)*")
# The number may have a unit. Another word after it could be a secret.
_A_NUMBER_IN_QUOTES = re.compile(
    r"[-+]?[0-9][0-9_.,]*(?: ?(?:[rt]ps|[rt]pm|(?:req|requests?|tokens?|r)?/ ?(?:s|sec|second|m|min|minute|h|hour|day)"
    r"|ms|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|[kKmM]|[kmg]b|[KMG]i?B|%|requests?|tokens?))?|true|false"
    r"|yes|no|on|off|True|False"
)


class _AsWritten(str):
    """Text that is shown as it is, such as `5.0`, although we format such a number differently."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class _NoValue:
    """Marks a table, whose value is not shown."""

    def __repr__(self) -> str:
        return "no value"


NO_VALUE = _NoValue()


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake or one thing to know: the path of the field, and the message.

    The value is that of the field in the settings. `refuse` and `with_values` fill it in.
    """

    where: Where
    message: str
    got: object = NO_VALUE
    entry: str = ""
    """The route or rule that the field belongs to: `POST /v1/chat`, `rate rule per-ip`. `with_values` fills it in."""

    def __str__(self) -> str:
        """`rate rule per-ip: limit = 600: one IP may take ...`."""
        return line_about(self.where, shown_value(self.where, self.got), self.message, entry=self.entry)


class EnvironmentFileError(Exception):
    """One line for each mistake: file, field, value, and what is allowed."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(map(_in_one_line, lines))
        super().__init__("\n".join(self.lines))

    @classmethod
    def of(cls, file: str, *lines: str) -> "EnvironmentFileError":
        """The mistakes of one file. Each line begins with the file's name."""
        return cls(f"{file}: {line}" for line in lines)

    @classmethod
    def at(cls, file: str, lines: Iterable[tuple[int | None, str]]) -> "EnvironmentFileError":
        """The mistakes of one file without repetitions. Each line begins with the file's name and, if known, the line
        number.

        `environments/prod.toml:12: ...`, which editors and terminals turn into a link.
        """
        return cls(dict.fromkeys(f"{file}:{number}: {line}" if number else f"{file}: {line}" for number, line in lines))


def refuse(settings: BaseModel, *problems: Problem) -> None:
    """Raise all problems as one pydantic error, each at its own field. Does nothing if there are none.

    The paths are relative to these settings.
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


def refuse_places(title: str, refused: Iterable[tuple[Where, str]]) -> None:
    """Raise the problems of a table that is not a settings value yet, as one pydantic error."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("not_allowed", "{message}", {"message": message}), loc=where, input=NO_VALUE
        )
        for where, message in refused
    ]
    if details:
        raise ValidationError.from_exception_data(title, details)


def with_values(settings: BaseModel, problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems, each with the value of its field in these settings and the name of its route or rule."""
    return (
        replace(problem, got=_value_at(settings, problem.where), entry=_entry_at(settings, problem.where))
        for problem in problems
    )


def _entry_at(settings: BaseModel, where: Where) -> str:
    parts = depth(where)
    if not parts:
        return ""
    found: Any = settings
    for part in where[: parts - 1]:
        found = getattr(found, str(part), None)
    index = where[parts - 1]
    if not isinstance(found, tuple) or not isinstance(index, int):
        return ""
    return str(getattr(found[index], "key", "")) or named(where, getattr(found[index], "name", ""))


def _value_at(settings: BaseModel, where: Where) -> object:
    """The value in the file, or the default. None of it for a table, which does not fit into a line."""
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

    With the JSON Schema of the table, the message also lists the possible keys. `may_hold_secrets=False` is for files
    that are not environment files: all their values are shown.
    """
    return refusal(error, table, schema, may_hold_secrets=may_hold_secrets)[1]


def refusal(
    error: ErrorDetails,
    table: object,
    schema: dict[str, Any] | None = None,
    *,
    may_hold_secrets: bool = True,
    plain: WrittenOut | None = None,
) -> tuple[Where, str]:
    """The field, and the message of `describe`. `plain`: the table written out, for a caller with several errors."""
    # Our own checks name the exact field, which may be missing from the file and have its default.
    exact = error["type"] == "not_allowed"
    plain = plain or written_out(table if isinstance(table, dict) else {})
    where = error["loc"] if exact else _fields(error["loc"], plain.table, absent=error["type"] == "missing")
    context = error.get("ctx", {})
    got = error["input"]
    match error["type"]:
        case "extra_forbidden" | "missing":
            got = NO_VALUE
        case "union_tag_invalid":
            # pydantic's own `tag` is a text, in which a table could not be told from a word.
            discriminator = context["discriminator"].strip("'")
            where, got = (*where, discriminator), got.get(discriminator) if isinstance(got, dict) else NO_VALUE
        case "union_tag_not_found":
            where, got = (*where, context["discriminator"].strip("'")), NO_VALUE
        case _ if error["loc"][-1:] == ("[key]",):
            got = NO_VALUE
    match error["type"]:
        case "value_error":
            message = str(context["error"])
        case "not_allowed":
            message = error["msg"]
        case _:
            # Only a refusal needs it, and what it imports takes longer to load than a file takes to read.
            from settings.what_is_allowed import allowed  # noqa: PLC0415

            message = allowed(error, where, plain.table, schema)
    if error["type"].startswith("int_") and isinstance(got, float) and isfinite(got):
        got = _AsWritten(got)
    shown = _refused_value(where, got, error["type"], str(context.get("expected", ""))) if may_hold_secrets else got
    place = plain.place_of(where)
    return place, line_about(place, shown, message, entry=entry_name(place, table))


def _refused_value(where: Where, value: object, error: str, words: str) -> object:
    """What may be shown of a value that its field refuses, so that it may be anything.

    `words` are the words that the field accepts, if it accepts nothing else.
    """
    if isinstance(value, _AsWritten):
        return value
    of_numbers = error.startswith(_OF_NUMBERS) or _NUMBERS.fullmatch(words) is not None
    if isinstance(value, str) and of_numbers:
        return value if _A_NUMBER_IN_QUOTES.fullmatch(value) else HIDDEN
    if error.startswith(_OF_TEXTS) and not _NUMBERS.fullmatch(words) and _holds_a_number(value):
        return value if may_be_shown(where) else HIDDEN
    return shown_value(where, value)


def _holds_a_number(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_holds_a_number, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def line_about(where: Where, value: object, message: str, *, entry: str = "") -> str:
    """Field, value, message. The value is left out if it is a table or must not be shown.

    `POST /v1/chat: integration.url` if the name of the `entry` is known, otherwise `routes[3].integration.url`.
    """
    before = f"{_in_one_line(_short_key(entry, _LONGEST_ENTRY))}: " if entry else ""
    field = before + field_path(where[depth(where) :] if entry else where)
    tables = (dict, BaseModel)
    listed = value if isinstance(value, list) else []
    if value in (HIDDEN, NO_VALUE) or isinstance(value, tables) or any(isinstance(each, tables) for each in listed):
        text = f"{field.removesuffix(': ')}: {message}"
    else:
        text = f"{field} = {value_text(value)}: {message}"
    return _in_one_line(without_secrets(text))


def _fields(loc: Where, table: Any, *, absent: bool) -> Where:
    """The location without the tags of unions, which pydantic adds and no author wrote."""
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
    """`routes[1].path`. A key that is not a bare TOML key is quoted."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            short = _short_key(part)
            text += ("." if text else "") + (short if bare else f'"{_in_one_line(short)}"')
    return text


def _short_key(text: str, longest: int = _LONGEST_KEY) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _in_one_line(text: str) -> str:
    """The text with line breaks and other control characters escaped: keys and values may contain them."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def value_text(value: object) -> str:
    """The value as its author wrote it. Long values are shortened."""
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
