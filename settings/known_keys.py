"""Which keys a table of the environment file may have. The refusal of an unknown key lists them."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

# More would not fit into a line.
_MOST_LISTED = 24
_CLOSE = 0.75

_OF_TOKENS = "rate_limit counts requests; this limit belongs to [usage_plans.<name>] or [[token_limits]]"

# The names that other tools or AWS use, and what to write here.
_MEANT = {
    "stream": 'write response_transfer_mode = "STREAM"',
    "streaming": 'write response_transfer_mode = "STREAM"',
    "slack_webhook": "an alarm goes to an SNS topic: write topic_arns or emails",
    "webhook": "an alarm goes to an SNS topic: write topic_arns or emails",
    "uri": "write url",
    "endpoint": "write url",
    "model": "write model_id",
    "rps": "write rate_limit, in requests per second",
    "requests_per_second": "write rate_limit",
    "rpm": "write rate_limit, in requests per second",
    "requests_per_minute": "write rate_limit, in requests per second",
    "tpm": _OF_TOKENS,
    "tokens_per_minute": _OF_TOKENS,
    "tokens_per_day": _OF_TOKENS,
    "usd_per_month": _OF_TOKENS,
    "concurrent_requests": _OF_TOKENS,
    "burst": "write burst_limit",
    "rate": "write rate_limit, in requests per second",
    "window": "write evaluation_window_sec",
}


def hint(schema: dict[str, Any], where: tuple[str | int, ...], key: str, table: object = None) -> str:
    """`did you mean rate_rules?`, or the tables that have such a key, or all keys of the table at that place."""
    known = [name for names in _tables(schema, where, table) for name in names]
    meant = _MEANT.get(key)
    if meant and any(re.search(rf"\b{name}\b", meant) for name in known):
        return meant
    close = get_close_matches(key, known, n=1, cutoff=_CLOSE)
    if close:
        return f"did you mean {close[0]}?"
    if not where and (owners := _owners(schema, key)):
        return f"it belongs to {' or '.join(owners)}"
    return f"there are {listed}" if (listed := listing(schema, where, table)) else ""


def listing(schema: dict[str, Any], where: tuple[str | int, ...], table: object = None) -> str:
    """`throttle, quota, waf`. Empty if there are too many for one line, or if they depend on the table's content."""
    tables = _tables(schema, where, table)
    return ", ".join(tables[0]) if len(tables) == 1 and len(tables[0]) <= _MOST_LISTED else ""


def other_kinds(schema: dict[str, Any], where: tuple[str | int, ...], table: object = None) -> str:
    """`, or a table with retention_in_days`: what may be at that place beside words."""
    kinds = []
    for node in _nodes(schema, where, table):
        if "properties" in node:
            keys = ", ".join(node["properties"])
            kinds.append(f"a table with {keys}" if len(node["properties"]) <= _MOST_OF_A_KIND else "a table")
        elif "items" in node:
            kinds.append("an array")
    return "".join(f", or {kind}" for kind in dict.fromkeys(kinds))


_MOST_OF_A_KIND = 6


def _nodes(schema: dict[str, Any], where: tuple[str | int, ...], table: object = None) -> list[dict[str, Any]]:
    """All that the schema allows at that place. The `type` of a table on the way selects one kind."""
    nodes = list(_alternatives(schema, schema))
    for part in where:
        below = [inner for node in nodes for inner in _below(node, part)]
        nodes = [alternative for node in below for alternative in _alternatives(schema, node)]
        table = _held(table, part)
        kind = table.get("type") if isinstance(table, dict) else None
        of_kind = [node for node in nodes if kind and node.get("properties", {}).get("type", {}).get("const") == kind]
        nodes = of_kind or nodes
    return nodes


def _owners(schema: dict[str, Any], key: str) -> list[str]:
    """The tables that have such a key, if they are few: `[routes.integration]` for `integration`."""
    found = []
    for name, node in schema["properties"].items():
        for inner in (node, *(each for each in (node.get("items"),) if each)):
            for alternative in _alternatives(schema, inner):
                if key in alternative.get("properties", ()):
                    below = alternative["properties"][key]
                    items = [each["items"] for each in _alternatives(schema, below) if "items" in each]
                    is_list = any("properties" in each for item in items for each in _alternatives(schema, item))
                    is_table = is_list or any("properties" in each for each in _alternatives(schema, below))
                    header = f"{name}.{key}" if is_table else name
                    header = f"[[{header}]]" if is_list or ("items" in node and not is_table) else f"[{header}]"
                    after = ", below the [[routes]] of its route" if name == "routes" and is_table else ""
                    found.append(header + after)
    return found if len(found) <= _MOST_OWNERS else []


_MOST_OWNERS = 3


def _tables(schema: dict[str, Any], where: tuple[str | int, ...], table: object = None) -> list[tuple[str, ...]]:
    """The keys of the table at that place, once for each kind of table that it may be. Its `type` selects one kind."""
    nodes = _nodes(schema, where)
    for part in where:
        table = _held(table, part)
    tables = [node for node in nodes if "properties" in node]
    kind = table.get("type") if isinstance(table, dict) else None
    of_kind = [node for node in tables if kind and node["properties"].get("type", {}).get("const") == kind]
    return [tuple(node["properties"]) for node in of_kind or tables]


def _held(table: Any, part: str | int) -> object:
    try:
        return table[part]
    except (KeyError, IndexError, TypeError):
        return None


def _alternatives(schema: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas that `$ref`, `anyOf` and similar keywords refer to."""
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
