"""The fields of an environment file, as its JSON Schema enumerates them."""

from collections.abc import Iterator
from typing import Any

from settings.file_schema import file_schema

_KINDS = {"integer": "number", "number": "number", "boolean": "boolean", "string": "string"}


def fields() -> dict[str, set[str]]:
    """`waf.rate_rules.*.name` and what it may be: string, number, boolean, enum. A condition is listed once."""
    found: dict[str, set[str]] = {}
    for field, kind in _leaves(file_schema(), (), ()):
        found.setdefault(".".join(field), set()).add(kind)
    return found


def _leaves(
    node: dict[str, Any], where: tuple[str, ...], inside: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        if name not in inside:
            yield from _leaves(file_schema()["$defs"][name], where, (*inside, name))
        return
    for keyword in ("anyOf", "oneOf", "allOf"):
        for part in node.get(keyword, ()):
            yield from _leaves(part, where, inside)
    for name, part in node.get("properties", {}).items():
        yield from _leaves(part, (*where, name), inside)
    for part in (node.get("additionalProperties"), *node.get("patternProperties", {}).values(), node.get("items")):
        if isinstance(part, dict):
            yield from _leaves(part, (*where, "*"), inside)
    if "enum" in node or "const" in node:
        numbers = all(isinstance(each, int) for each in node.get("enum", (node.get("const"),)))
        yield where, "number" if numbers else "enum"
    elif node.get("type") in _KINDS:
        yield where, _KINDS[node["type"]]
