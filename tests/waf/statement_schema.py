"""Checks statements against tests/aws/web_acl_statement_schema.json."""

import json
from collections.abc import Callable
from typing import Any

from tests.environment_files import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "tests/aws/web_acl_statement_schema.json").read_text(encoding="utf-8"))
BLOCKS: dict[str, Any] = SCHEMA["blocks"]

_PRIMITIVES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str) and value != "",
    "number": lambda value: isinstance(value, int),
    "numbers": lambda value: bool(value) and all(isinstance(item, int) for item in value),
    "strings": lambda value: bool(value) and all(isinstance(item, str) for item in value),
    "empty": lambda value: value == {},
}
_ONE_OF = {"statement", "nested_statement", "field_to_match", "custom_key", "action_to_use"}
_LOGICAL = {"and_statement", "or_statement", "not_statement", "rate_based_statement"}


def faults(value: Any, block: str = "statement", where: str = "", depth: int = 0) -> list[str]:
    """Every place where a rendered statement does not match Terraform's schema; empty if it does."""
    if block in _PRIMITIVES:
        return [] if _PRIMITIVES[block](value) else [f"{where}: no {block}"]
    if isinstance(value, list):
        items = [faults(item, block, f"{where}[{index}]", depth) for index, item in enumerate(value)]
        return [f"{where}: an empty list"] if not items else [fault for item in items for fault in item]
    known = BLOCKS[block]
    found = [f"{where}: lacks {name}" for name in known["required"] if name not in value]
    found += _miscounted(value, block, where)
    for name, part in value.items():
        if name not in known["arguments"]:
            found.append(f"{where}.{name}: unknown")
            continue
        below = depth + (name in _LOGICAL)
        if name in _LOGICAL and below > SCHEMA["nested_statements"]:
            found.append(f"{where}.{name}: nested {below} deep")
        found += faults(part, known["arguments"][name], f"{where}.{name}", below)
    return found


def _miscounted(value: Any, block: str, where: str) -> list[str]:
    if block in _ONE_OF and len(value) != 1:
        return [f"{where}: holds {len(value)} of which AWS takes one"]
    if block in {"and_statement", "or_statement"} and len(value["statement"]) <= 1:
        return [f"{where}: fewer than two statements"]
    if block == "not_statement" and len(value["statement"]) != 1:
        return [f"{where}: not one statement"]
    return []
