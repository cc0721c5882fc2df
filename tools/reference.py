"""`make reference`: docs/reference.md, every key of an environment file, from its JSON Schema."""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer

from settings.file_schema import file_schema
from tools.aws_names import NONE, aws_names

UNITS = Path(__file__).with_name("units.toml")
FILE = Path(__file__).parent.parent / "docs" / "reference.md"

INTRODUCTION = """# Reference

Every key of an environment file: what it means, its type and unit, its default, its bounds, and its name in Terraform
or AWS. `make schema` writes this page from [environment.schema.json](environment.schema.json), so do not edit it.
Spillway also checks rules that span several keys, which a schema cannot express:
[limits.md](limits.md#what-is-refused) lists them.

A key without a default is required if the table is present. "Unset" means that the key has no value.

The last column names the argument in the Terraform JSON that the key becomes or changes. Names that begin with a
statement, such as `rate_based_statement`, are inside `aws_wafv2_web_acl.rule.statement`. If Terraform has no argument
for it, the column has the term from AWS's documents: `API` and an operation, `IAM` and an element or condition key of a
policy, an HTTP header, or a gateway response. "Spillway's own" means that AWS has no counterpart.
"""

Schema = dict[str, Any]
_COLUMNS = ("key", "meaning", "type", "default", "bounds", "in Terraform or AWS")


def reference() -> str:
    """The page as Markdown."""
    tables = list(_tables(file_schema()))
    anchors = {table.name: _anchor(table.title) for table in reversed(tables) if table.name}
    return "\n".join([INTRODUCTION, *(table.markdown(anchors) for table in tables)])


@cache
def units() -> dict[str, dict[str, str]]:
    """The units of keys that are numbers, by the name of their type in the schema."""
    return tomllib.loads(UNITS.read_text(encoding="utf-8"))


def undescribed() -> set[str]:
    """Keys without a description that do not lead to a table with one either, as `Table.key`."""
    return {
        f"{table.name}.{key}"
        for table in _tables(file_schema())
        for key, value in table.keys.items()
        if not table.meaning(value)
    }


def default_of(path: str) -> str:
    """The default of a key as the page has it, by its path without indexes: `observability.access_log.kms_key_arn`.

    Raises KeyError if there is no such key.
    """
    schema = file_schema()
    found = [schema]
    for part in path.split("."):
        tables = [table for each in found for table in _tables_of(each, schema["$defs"])]
        found = [table["properties"][part] for table in tables if part in table.get("properties", {})]
        if not found:
            raise KeyError(path)
    return _default(found[0])


def _tables_of(value: Schema, definitions: Schema) -> list[Schema]:
    """The tables that a value can be or contain."""
    return [value] if "properties" in value else [definitions[name] for name in _references(value)]


class _Table:
    """One table of an environment file, at the first place where it can occur."""

    def __init__(self, definitions: Schema, schema: Schema, *, name: str, title: str) -> None:
        self._definitions = definitions
        self._schema = schema
        self.name = name
        self.title = title
        self.keys: Schema = schema.get("properties", {})
        self._units = units().get(name, {})
        self._aws_names = aws_names().get(name or "File", {})

    def markdown(self, anchors: dict[str, str]) -> str:
        lines = [f"## {self.title}", ""]
        lines += [f"{_paragraphs(self._schema['description'])}\n"] if "description" in self._schema else []
        lines += [_row(_COLUMNS), _row(["---"] * len(_COLUMNS)).replace(" ", "")]
        required = self._schema.get("required", ())
        for key, value in self.keys.items():
            default = "" if key in required else _default(value)
            unit = f", {self._units[key]}" if key in self._units else ""
            type_, bounds = _type(value, anchors) + unit, "; ".join(_bounds(value))
            cells = (f"`{key}`", self.meaning(value), type_, default, bounds, self._in_aws(key))
            lines.append(_row([cell.replace("|", "\\|") for cell in cells]))
        return "\n".join([*lines, ""])

    def _in_aws(self, key: str) -> str:
        return ", ".join(f"`{name}`" for name in self._aws_names.get(key, ())) or NONE

    def meaning(self, value: Schema) -> str:
        """The value's own description, or that of the only table that it leads to."""
        if "description" in value:
            return " ".join(value["description"].split())
        if "const" in value:
            return "Selects this kind of table."
        names = list(_references(value))
        description = self._definitions[names[0]].get("description", "") if len(names) == 1 else ""
        return " ".join(str(description).partition("\n\n")[0].split())


def _tables(schema: Schema) -> Iterator[_Table]:
    """Yield the file itself, then each table in the order of the file, followed by the tables within it."""
    definitions = schema["$defs"]
    seen = set[str]()

    def below(table: _Table, path: str) -> Iterator[_Table]:
        yield table
        for key, value in table.keys.items():
            names = [name for name in _references(value) if name not in seen]
            seen.update(names)
            for name in names:
                found = definitions[name]
                within = f"{path}.{key}" if path else key
                if _named_by_the_author(value):
                    within += ".<name>"
                kind = found.get("properties", {}).get("type", {}).get("const")
                title = f"`[[{within}]]`" if _is_list(value) else f"`[{within}]`"
                title += f" with `type = {json.dumps(kind)}`" if kind else ""
                yield from below(_Table(definitions, found, name=name, title=title), within)

    yield from below(_Table(definitions, schema, name="", title="The file"), "")


def _references(value: Schema) -> Iterator[str]:
    """The names of the tables that a value can be or contain."""
    if "$ref" in value:
        yield value["$ref"].removeprefix("#/$defs/")
    for choice in _choices(value):
        yield from _references(choice)
    for inner in _inner(value):
        yield from _references(inner)


def _choices(value: Schema) -> list[Schema]:
    choices: list[Schema] = [*value.get("anyOf", ()), *value.get("oneOf", ())]
    return [choice for choice in choices if choice.get("type") != "null"]


def _inner(value: Schema) -> list[Schema]:
    """What a list contains, or a table whose keys the author chooses."""
    items = [value["items"]] if "items" in value else []
    additional = value.get("additionalProperties")
    return [
        *items,
        *value.get("patternProperties", {}).values(),
        *([additional] if isinstance(additional, dict) else []),
    ]


def _is_list(value: Schema) -> bool:
    return value.get("type") == "array" or any(_is_list(choice) for choice in _choices(value))


def _named_by_the_author(value: Schema) -> bool:
    return "patternProperties" in value or isinstance(value.get("additionalProperties"), dict)


def _type(value: Schema, anchors: dict[str, str]) -> str:
    if "$ref" in value:
        return f"[table](#{anchors[next(_references(value))]})"
    if choices := _choices(value):
        return " or ".join(_type(choice, anchors) for choice in choices)
    if "const" in value or "enum" in value:
        return ", ".join(_literal(word) for word in value.get("enum", [value.get("const")]))
    within = " or ".join(_type(inner, anchors) for inner in _inner(value))
    if value.get("type") == "array":
        return f"list of: {within}" if within else "list"
    if value.get("type") == "object":
        return f"table of: {within}" if within else "table"
    return "`true` or `false`" if value.get("type") == "boolean" else str(value.get("type", "any"))


def _bounds(value: Schema) -> Iterator[str]:
    for word, text in (
        ("minimum", "at least {}"),
        ("exclusiveMinimum", "above {}"),
        ("maximum", "at most {}"),
        ("minLength", "at least {} characters"),
        ("maxLength", "at most {} characters"),
        ("minItems", "at least {} entries"),
        ("maxItems", "at most {} entries"),
    ):
        if word in value:
            yield text.format(_number(value[word]))
    if "pattern" in value:
        yield f"`{value['pattern']}`"
    if "enum" in value.get("propertyNames", {}):
        yield f"keys: {', '.join(f'`{name}`' for name in value['propertyNames']['enum'])}"
    yield from (f"keys: `{pattern}`" for pattern in value.get("patternProperties", ()))
    for choice in _choices(value):
        yield from _bounds(choice)
    for inner in _inner(value):
        yield from (f"each: {bound}" for bound in _bounds(inner))


def _default(value: Schema) -> str:
    default = value.get("default")
    if default is None or default in ({}, "", []):
        return "unset"
    return "see its table" if isinstance(default, dict) else _literal(default)


def _literal(value: object) -> str:
    """The value in TOML's notation."""
    return f"`{json.dumps(value)}`" if not isinstance(value, float) else f"`{_number(value)}`"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".")


def _paragraphs(text: str) -> str:
    return re.sub(r"(?m)^[ \t]+", "", text).strip()


def _row(cells: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _anchor(title: str) -> str:
    """GitHub's anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def main() -> None:
    """Write docs/reference.md."""
    FILE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
