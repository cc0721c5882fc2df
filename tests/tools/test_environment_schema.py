"""The JSON Schema with which editors check environment files."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.environment_files import MINIMAL, ROOT, changed
from tools.environment_schema import FILE, schema

SCHEMA = json.loads(schema())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.toml"))
FILES = [*sorted((ROOT / "environments").glob("*.toml")), *EXAMPLES]
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def wrong(text: str) -> list[str]:
    """Where the schema finds a mistake."""
    return ["/".join(str(part) for part in error.path) for error in VALIDATOR.iter_errors(tomllib.loads(text))]


def test_it_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == schema(), "run: make schema"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@every_file
def test_every_file_fits_it_and_what_it_names_is_there(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert wrong(text) == []
    # Examples are copied, so they have the line. Your own environment file may leave it out.
    named = re.match(r"#:schema (\S+)\n", text)
    assert named or file not in EXAMPLES, "the first line is to name the schema"
    assert named is None or (file.parent / named[1]).resolve() == FILE


@pytest.mark.parametrize(
    ("text", "where"),
    [
        pytest.param("colour = 1\n" + MINIMAL, "", id="unknown table"),
        pytest.param('name = "prod"\n' + MINIMAL, "", id="a name"),
        pytest.param(changed(rate_limit="rate_limit = 0"), "throttling/rate_limit", id="below the range"),
        pytest.param(changed(burst_limit='burst_limit = "5"'), "throttling/burst_limit", id="another type"),
        pytest.param(MINIMAL + '[backend]\ntype = "s3"', "backend", id="a kind without what it needs"),
        pytest.param(MINIMAL.replace("[stage]", "[stages]"), "", id="a table missing"),
    ],
)
def test_mistakes_that_it_finds(text: str, where: str) -> None:
    assert where in wrong(text)


def test_an_integration_is_whole_unless_there_are_defaults() -> None:
    part = "[routes.integration]\nurl = 'https://llm.example.com'\n"
    assert wrong(MINIMAL + part) == ["routes/0/integration"]
    assert wrong(MINIMAL + part + "[defaults.integration]\ntype = 'http'\n") == []


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    match value:
        case dict():
            yield value
            for each in value.values():
                yield from _objects(each)
        case list():
            for each in value:
                yield from _objects(each)
        case _:
            pass


def test_every_table_is_closed() -> None:
    tables = [each for each in _objects(SCHEMA) if "properties" in each and each.get("type") == "object"]
    assert len(tables) > 20
    assert [table["title"] for table in tables if table.get("additionalProperties") is not False] == []
