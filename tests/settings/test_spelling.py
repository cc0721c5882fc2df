"""Every pattern of the settings is said in words, with an example, and none is ever printed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from settings.file_schema import file_schema
from settings.integration.bedrock_model import ModelId
from settings.spelling import SPELLINGS


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (each for each in (schema.get("pattern"),) if isinstance(each, str))
        yield from schema.get("patternProperties", ())
        for each in schema.values():
            yield from patterns(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from patterns(each)


# It has a validator with words of its own: tests/settings/test_bedrock_model.py.
(MODEL_ID,) = patterns(TypeAdapter(ModelId).json_schema())
PATTERNS = {*patterns(file_schema())} - {MODEL_ID}


def test_every_pattern_has_words_and_every_word_a_pattern() -> None:
    # That of the environment's name is not in the schema of a file.
    assert PATTERNS | {r"^[A-Za-z][A-Za-z0-9_-]*$"} == SPELLINGS.keys()


@pytest.mark.parametrize("pattern", sorted(SPELLINGS))
def test_the_example_is_one(pattern: str) -> None:
    for example in SPELLINGS[pattern].example.split(" or "):
        assert re.search(pattern, example)
