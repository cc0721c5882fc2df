"""The name of a route or a rule, in front of a field in a message: an index would have to be counted by hand."""

import re
from typing import Any

from settings.secrecy import Where

# Lists whose entries have a name, and the word in front of it. A route's name is its method and path.
_ENTRIES: dict[Where, str] = {
    ("routes",): "",
    ("token_limits",): "token limit",
    ("waf", "rate_rules"): "rate rule",
    ("waf", "managed_rule_groups"): "rule group",
}

# Anything else would not be read as a name in front of a field.
_A_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_NAMES_A_ROUTE = re.compile(r"[A-Za-z]{1,16} /\S*")


def entry_name(where: Where, table: object) -> str:
    """`POST /v1/chat` for a field of that route, `rate rule per-ip` for one of that rule, as the file has it. Empty if
    the file does not name it.
    """
    found: Any = table
    for part in where[: depth(where)]:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return ""
    match found:
        case {"method": str(method), "path": str(path)} if where[0] == "routes":
            return f"{method} {path}" if _NAMES_A_ROUTE.fullmatch(f"{method} {path}") else ""
        case {"name": str(name)}:
            return named(where, name)
        case _:
            return ""


def depth(where: Where) -> int:
    """How many parts of the path lead to an entry of one of these lists. 0 if none do."""
    return next((len(to) + 1 for to in _ENTRIES if where[: len(to)] == to and len(where) > len(to)), 0)


def named(where: Where, name: str) -> str:
    """`rate rule per-ip`, for the entry with that name in the list of `where`. Empty for a route."""
    word = _ENTRIES[where[: depth(where) - 1]]
    return f"{word} {name}" if word and _A_NAME.fullmatch(name) else ""
