"""A key in the wrong place of an environment file is not printed, whatever it is refused or warned for."""

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from settings.file_schema import file_schema
from settings.problem import EnvironmentFileError
from settings.read import read_environment
from settings.secrecy import Where, may_be_shown
from tests.environment_files import MINIMAL
from tests.settings.toml_text import toml

Table = dict[str, Any]
Given = tuple[tuple[Where, object], ...]

# Nothing in it looks like a key. So only the place may decide.
WORD = "hunter-canary"
NUMBER = 7_310_264_577
KEY = "sk-live-0canary"


def places(
    node: Table, where: Where = (), given: Given = (), inside: tuple[str, ...] = ()
) -> Iterator[tuple[Where, Given]]:
    """Every field of the schema, tables and arrays too, and what else a file must hold to be read as far as that."""
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        if inside.count(name) > 1:
            return
        node, inside = file_schema()["$defs"][name], (*inside, name)
    if where:
        yield where, given
    properties = node.get("properties", {})
    if "const" in (kind := properties.get("type", {})):
        given = (*given, ((*where, "type"), kind["const"]))
    for step, part in below(node):
        yield from places(part, (*where, *step), given, inside)


def below(node: Table) -> Iterator[tuple[Where, Table]]:
    """The schemas within one, and the step that leads there."""
    for keyword in ("anyOf", "oneOf", "allOf"):
        yield from (((), part) for part in node.get(keyword, ()))
    yield from (((name,), part) for name, part in node.get("properties", {}).items())
    of_keys = (node.get("additionalProperties"), *node.get("patternProperties", {}).values())
    yield from ((("a",), part) for part in of_keys if isinstance(part, dict))
    yield from (((0,), part) for part in (node.get("items"),) if isinstance(part, dict))


PLACES = sorted(set(places(file_schema())), key=repr)


def put(table: Table, where: Where, value: object) -> None:
    """The value at that place, with the tables and arrays that it takes."""
    held: Any = table
    for part, after in zip(where, (*where[1:], None), strict=True):
        empty: Any = [] if isinstance(after, int) else {}
        wanted = value if after is None else empty
        if isinstance(part, int):
            if not held:
                held.append(wanted)
            elif after is None or not isinstance(held[0], type(empty)):
                held[0] = wanted
        elif after is None or not isinstance(held.get(part), type(empty)):
            held[part] = wanted
        held = held[part]


def lines(folder: Path, where: Where, given: Given, value: object) -> list[str]:
    """What is said of the file with that value at that place."""
    table = tomllib.loads(MINIMAL)
    for place, word in given:
        put(table, place, word)
    put(table, where, deepcopy(value))
    file = folder / "test.toml"
    file.write_text(toml(table), encoding="utf-8")
    try:
        return [str(problem) for problem in read_environment(file).warnings()]
    except EnvironmentFileError as error:
        return list(error.lines)


def test_the_places_are_all_of_the_schema() -> None:
    wheres = {where for where, _ in PLACES}
    assert ("aws", "assume_role", "external_id") in wheres
    assert ("waf", "rate_rules", 0, "scope_down", "and", 0, "header", "value") in wheres
    assert ("usage_plans", "a", "api_keys", 0, "value") in wheres
    assert ("routes", 0, "integration", "environment", "a") in wheres


@pytest.mark.parametrize(
    "value", [WORD, [WORD], {"a": WORD}, {"a": [WORD]}, [{"a": WORD}], f"https://{WORD}:{WORD}@h/{WORD}"]
)
def test_a_text_is_printed_only_where_its_field_may_be_shown(tmp_path: Path, value: object) -> None:
    printed = {
        where
        for where, given in PLACES
        if any(WORD in line for line in lines(tmp_path, where, given, value))
        and not (may_be_shown(where) or may_be_shown((*where, 0)) or may_be_shown((*where, "a")))
    }
    assert printed == set()


def test_a_number_is_not_printed_where_a_text_belongs_that_may_not_be_shown(tmp_path: Path) -> None:
    hidden = [
        (where, given)
        for where, given in PLACES
        if where[-1] in {"external_id", "value", "body", "request_template", "response_template"}
        or {"headers", "environment", "request_parameters"} & set(where[:-1])
    ]
    assert hidden
    for where, given in hidden:
        for value in (NUMBER, [NUMBER], [[NUMBER]]):
            assert not any(str(NUMBER) in line for line in lines(tmp_path, where, given, value)), where


@pytest.mark.parametrize("value", [{"a": WORD}, [WORD], {"a": NUMBER}])
@pytest.mark.parametrize("where", [("backend", "type"), ("routes", 0, "integration", "type")])
def test_a_table_in_the_place_of_a_type_is_not_printed(tmp_path: Path, where: Where, value: object) -> None:
    said = lines(tmp_path, where, (), value)
    assert said
    assert not any(WORD in line or str(NUMBER) in line for line in said)


@pytest.mark.parametrize("value", [KEY, f"Bearer {KEY}", [KEY], {KEY: 1}, {"a": {KEY: KEY}}])
def test_what_looks_like_a_key_is_printed_nowhere(tmp_path: Path, value: object) -> None:
    printed = {where for where, given in PLACES if any(KEY in line for line in lines(tmp_path, where, given, value))}
    assert printed == set()
