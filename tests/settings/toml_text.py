"""TOML of a table, in one line a key: for tests that build tables and read files."""

import json
from datetime import date, datetime, time
from typing import Any


def toml(table: dict[str, Any]) -> str:
    """The document."""
    return "".join(f"{_text(key)} = {_value(value)}\n" for key, value in table.items())


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case float() | int():
            return repr(value)
        case date() | datetime() | time():
            return value.isoformat()
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{_text(key)} = {_value(inner)}" for key, inner in value.items()) + "}"
        case _:
            raise AssertionError(value)


def _text(text: str) -> str:
    """JSON's escapes are TOML's except for DEL, which TOML also requires to be escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
