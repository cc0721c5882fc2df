"""What a field accepts, for the refusal of a value: pydantic's errors in terms of TOML and of the settings."""

import re
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from settings.known_keys import hint, listing, other_kinds, other_than_a_table, texts_by_name
from settings.secrecy import Where
from settings.spelling import SPELLINGS
from settings.units import unit_of
from settings.written_out import ANY

_CLOSE = 0.75
_KINDS = {
    "is_instance_of": "must be a path, in quotes",
    "bool_type": "must be true or false, without quotes",
    "string_type": "must be text, in quotes",
}
# What other tools call the type of a backend.
_SERVERS = {
    "http": "https http_proxy proxy url openai vllm ollama litellm tgi llamacpp fastapi server",
    "private": "vpc vpc_link alb nlb load_balancer internal ecs eks",
    "lambda": "function aws_proxy",
    "bedrock": "claude anthropic nova",
    "aws_service": "aws sqs states stepfunctions dynamodb",
}
# What a field accepts in addition to its words, if it accepts a word or a table.
_OR_A_TABLE = {
    "custom_keys": ', or a table such as { header = { name = "x-user-id" } }',
}


def allowed(error: ErrorDetails, where: Where, table: object, schema: dict[str, Any] | None) -> str:
    """`must be a whole number of seconds`, for an error at that place of the table.

    With the JSON Schema of the table, the message also lists the possible keys.
    """
    kind, context = error["type"], error.get("ctx", {})
    message = re.sub(r"^(Input|String|Value|Tuple|Dictionary) should ", "must ", error["msg"])
    match kind:
        case "extra_forbidden":
            found = hint(schema, where[:-1], str(where[-1]), table) if schema else ""
            message = f"unknown key; {found}" if found else "unknown key"
        case "missing" | "union_tag_not_found":
            message = "missing, and required"
        case "string_pattern_mismatch":
            message = _spelt(error, message)
        case "literal_error":
            message = _one_of_the_words(error, where, message) + _other_kinds(error, where, table, schema)
        case "union_tag_invalid":
            words = re.findall(r"'([^']*)'", context["expected_tags"])
            tag = str(context["tag"]).lower()
            close = get_close_matches(tag, words, n=1, cutoff=_CLOSE)
            close = close or [word for word in words if tag in _SERVERS.get(word, "").split()]
            message = f"must be one of {context['expected_tags']}" + (f"; did you mean {close[0]!r}?" if close else "")
        case "tuple_type":
            message = _an_array(error["input"], where)
        case "dict_type" | "model_type" | "model_attributes_type":
            message = _a_table(error, where, schema, table)
        case _ if kind.startswith(("int_", "float_")):
            message = _a_number(error, where)
        case _:
            message = _KINDS.get(kind, message)
    return message


def _spelt(error: ErrorDetails, message: str) -> str:
    spelling = SPELLINGS.get(error.get("ctx", {})["pattern"])
    read_as_it_is = "; the file is read as it is, and no variable is put in" if "${" in str(error["input"]) else ""
    return f"{spelling or message}{read_as_it_is}"


def _one_of_the_words(error: ErrorDetails, where: Where, message: str) -> str:
    got = error["input"]
    words = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
    if where[0] == "routes" and where[-1] == "method":
        # The settings do not know it: written_out.py.
        words.append(ANY)
        message += f"; {ANY!r} is all of them"
    if isinstance(got, str):
        same = next((word for word in words if word.lower() == got.lower()), None)
        if same:
            return f"must be {same!r}, {'in capitals' if same.isupper() else 'in small letters'}"
        if not words:
            unit = unit_of(str(where[-1]))
            message += f"{f' {unit}' if unit else ''}, without quotes"
    return message


def _other_kinds(error: ErrorDetails, where: Where, table: object, schema: dict[str, Any] | None) -> str:
    """`, or a table with ...`, unless the value is a word of the field in other capitals."""
    words = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
    if not words or str(error["input"]).lower() in {word.lower() for word in words}:
        return ""
    fields = [part for part in error["loc"] if isinstance(part, str)]
    example = next((more for name, more in _OR_A_TABLE.items() if name in fields), "")
    return example or (other_kinds(schema, where, table) if schema else "")


def _an_array(got: object, where: Where) -> str:
    if isinstance(got, dict):
        header = _header(where)
        return f"must be an array of tables: write [[{header}]], in double brackets, above each"
    return "must be an array, in square brackets"


def _a_table(error: ErrorDetails, where: Where, schema: dict[str, Any] | None, table: object) -> str:
    if isinstance(error["input"], list):
        if schema and texts_by_name(schema, where, table):
            return f'must be a table: write {where[-1]} = {{ NAME = "value" }}'
        # The header of a table whose keys the author chooses has one more part.
        named = ".<name>" if error["type"] == "dict_type" else ""
        named = '."METHOD /path"' if where == ("throttling", "routes") else named
        return f"must be a table: write [{_header(where)}{named}], in single brackets"
    known = listing(schema, where, table) if schema else ""
    instead = other_than_a_table(schema, where, table) if schema else ""
    return f"must be {instead}a table with {known}" if known else f"must be {instead}a table"


def _header(where: Where) -> str:
    return ".".join(part for part in where if isinstance(part, str))


def _a_number(error: ErrorDetails, where: Where) -> str:
    got = error["input"]
    key = next((part for part in reversed(where) if isinstance(part, str)), "")
    unit = f" of {unit}" if (unit := unit_of(key)) else ""
    whole = "whole " if error["type"].startswith("int_") else ""
    if isinstance(got, float) and got.is_integer():
        return f"must be a whole number{unit}, without a decimal point: {got:.0f}"
    return f"must be a {whole}number{unit}" + (", without quotes" if isinstance(got, str) else "")
