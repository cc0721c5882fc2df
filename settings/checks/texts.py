"""Every text in the file, whatever its purpose."""

from collections.abc import Iterator
from typing import Any

from settings.base import Settings
from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.secrecy import Where

# `${TfToken[`, `#{TfToken[` and `&{TfToken[` in a string, in a list and in a map: cdktf 0.21, lib/tokens/private/
# encoding.js, read 2026-11. CDKTF replaces it with the value of that number, or ends with a traceback if there is none.
_TOKEN = "{TfToken["  # noqa: S105  # no password


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """Texts that CDKTF would read as its own tokens. They cannot be escaped."""
    reported = set[Where]()
    for where, text in texts_of(environment):
        if _TOKEN in text and where not in reported:
            reported.add(where)
            yield Problem(where, f"must not contain {_TOKEN}, which CDKTF uses for its own values")


def texts_of(value: Any, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Each text with its field, and each key with its table. The text of a named file has the field that names it."""
    match value:
        case str():
            yield where, value
        case Settings():
            for name, field in type(value).model_fields.items():
                yield from texts_of(getattr(value, name), (*where, field.alias or name))
        case dict():
            for key, each in value.items():
                yield where, key
                yield from texts_of(each, where if where[-1:] == ("body_schema",) else (*where, key))
        case tuple() | list():
            for index, each in enumerate(value):
                yield from texts_of(each, where if where[-1:] == ("body_schema",) else (*where, index))
        case _:
            return
