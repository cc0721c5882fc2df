"""Schemas that API Gateway reads as their author means them, and others."""

import json
from typing import Any

import pytest
from jsonschema import Draft4Validator

from settings.json_schema_draft_4 import refused
from tests.environment_files import ROOT

TYPES = "must be of array, boolean, integer, null, number, object, string"


@pytest.mark.parametrize(
    ("schema", "problems"),
    [
        ({"properties": {"if": {"type": "string"}, "const": {"type": ["null", "integer"]}}}, []),
        ({"minimum": 0, "exclusiveMinimum": True}, []),
        ({"exclusiveMinimum": 0}, ["exclusiveMinimum: must be true or false in draft 4, together with minimum"]),
        ({"type": "text"}, [f"type: {TYPES}"]),
        ({"type": ["string", None]}, [f"type: {TYPES}"]),
        ({"required": True}, ["required: must be a list with at least one name"]),
        ({"required": []}, ["required: must be a list with at least one name"]),
        ({"items": {"$ref": "#/definitions/a"}, "definitions": {"a": {}}}, []),
        (
            {"items": [{}, {"$ref": "message.json"}]},
            ["items[1].$ref: must refer to a place in this schema, like #/definitions/message"],
        ),
        (
            {"anyOf": [{"not": {"type": "date"}}], "additionalProperties": False},
            [f"anyOf[0].not.type: {TYPES}"],
        ),
        (
            {"if": {}, "then": {}},
            [
                "if: is from a later draft; draft 4 ignores it and would let everything through",
                "then: is from a later draft; draft 4 ignores it and would let everything through",
            ],
        ),
    ],
)
def test_refused(schema: dict[str, Any], problems: list[str]) -> None:
    assert list(refused(schema)) == problems


def test_the_documented_example_is_draft_4_and_does_what_it_says() -> None:
    file = ROOT / "docs" / "examples" / "schemas" / "chat_completion_request.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert list(refused(schema)) == []
    Draft4Validator.check_schema(schema)
    validator = Draft4Validator(schema)
    messages = [{"role": "user", "content": "Hello"}]
    assert validator.is_valid({"model": "m", "messages": messages, "stream": True, "tools": []})
    assert validator.is_valid({"model": "m", "messages": [{"role": "assistant", "content": None}], "max_tokens": None})
    for wrong in (
        {"messages": messages},
        {"model": "m", "messages": []},
        {"model": "m", "messages": [{"content": "no role"}]},
        {"model": "m", "messages": messages, "max_tokens": 4097},
        {"model": "m", "messages": messages, "n": 5},
    ):
        assert not validator.is_valid(wrong), wrong
