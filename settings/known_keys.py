"""Which keys a table of the environment file may have, for the refusal of one that it may not."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

# More than a line can list.
_MOST_LISTED = 12
_CLOSE = 0.75


def hint(schema: dict[str, Any], where: tuple[str | int, ...], key: str) -> str:
    """`did you mean rate_rules?`, or all keys of the table at that place, or nothing where they are many."""
    known = [name for table in _tables(schema, where) for name in table]
    close = get_close_matches(key, known, n=1, cutoff=_CLOSE)
    if close:
        return f"did you mean {close[0]}?"
    return f"there are {listed}" if (listed := listing(schema, where)) else ""


def listing(schema: dict[str, Any], where: tuple[str | int, ...]) -> str:
    """`throttle, quota, waf`; nothing where they are too many for a line, or depend on what the table is."""
    tables = _tables(schema, where)
    return ", ".join(tables[0]) if len(tables) == 1 and len(tables[0]) <= _MOST_LISTED else ""


def _tables(schema: dict[str, Any], where: tuple[str | int, ...]) -> list[tuple[str, ...]]:
    """The keys of the table at that place, once for each table that it may be."""
    nodes = list(_alternatives(schema, schema))
    for part in where:
        below = [inner for node in nodes for inner in _below(node, part)]
        nodes = [alternative for node in below for alternative in _alternatives(schema, node)]
    return [tuple(node["properties"]) for node in nodes if "properties" in node]


def _alternatives(schema: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What `$ref`, `anyOf` and the like stand for."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    yield node
    for keyword in ("anyOf", "oneOf", "allOf"):
        for part in node.get(keyword, ()):
            yield from _alternatives(schema, part)


def _below(node: dict[str, Any], part: str | int) -> Iterator[dict[str, Any]]:
    if isinstance(part, int):
        found = [node.get("items")]
    elif part in node.get("properties", ()):
        found = [node["properties"][part]]
    else:
        found = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
    yield from (inner for inner in found if isinstance(inner, dict))
