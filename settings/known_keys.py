"""Which keys a table of the environment file may have. The refusal of an unknown key lists them."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from settings.entry_name import entry_name
from settings.units import unit_of

# More would not fit into a line.
_MOST_LISTED = 24
_CLOSE = 0.75
# A shorter name could be in another one by chance.
_LONG = 6

_OF_TOKENS = "rate_limit counts requests; this limit belongs to [usage_plans.<name>] or [[token_limits]]"
_THROTTLE = "write throttle = { rate_limit = ..., burst_limit = ... }"
_QUOTA = 'write quota = { limit = ..., period = "DAY" }'
_RATE = "write rate_limit, in requests per second"

# The names that other tools or AWS use, and what to write here. The first that names a key of the table counts.
_MEANT: dict[str, str | tuple[str, ...]] = {
    "stream": 'write response_transfer_mode = "STREAM"',
    "streaming": 'write response_transfer_mode = "STREAM"',
    "slack_webhook": "an alarm goes to an SNS topic: write topic_arns or emails",
    "webhook": "an alarm goes to an SNS topic: write topic_arns or emails",
    "uri": "write url",
    "endpoint": "write url",
    "model": "write model_id",
    "rps": (_RATE, _THROTTLE),
    "requests_per_second": ("write rate_limit", _THROTTLE),
    "rpm": (_RATE, "write requests_per_minute"),
    "requests_per_minute": _RATE,
    "rpd": _QUOTA,
    "requests_per_day": _QUOTA,
    "tpm": (_OF_TOKENS, "write tokens_per_minute"),
    "tpd": (_OF_TOKENS, "write tokens_per_day"),
    "tokens_per_minute": _OF_TOKENS,
    "tokens_per_day": _OF_TOKENS,
    "tokens_per_hour": "write tokens_per_minute or tokens_per_day",
    "usd_per_month": _OF_TOKENS,
    "usd_per_day": "write usd_per_month",
    "budget": (_OF_TOKENS, "write usd_per_month, in dollars"),
    "max_budget": (_OF_TOKENS, "write usd_per_month, in dollars"),
    "concurrent_requests": _OF_TOKENS,
    "concurrency": (_OF_TOKENS, "write concurrent_requests"),
    "max_parallel_requests": (_OF_TOKENS, "write concurrent_requests"),
    "burst": ("write burst_limit", _THROTTLE),
    "burst_limit": _THROTTLE,
    "rate": (_RATE, _THROTTLE),
    "rate_limit": _THROTTLE,
    "limit": (_RATE, _QUOTA, "a limit belongs to a rule: [[waf.rate_rules]]"),
    "period": _QUOTA,
    "keys": "write api_keys",
    "rules": "write [[waf.rate_rules]], in double brackets",
    "window": "write evaluation_window_sec",
    "timeout": "write timeout_milliseconds",
    "timeout_seconds": "write timeout_milliseconds",
    "retention": ("write retention_in_days", "write log_retention_in_days"),
}

# Names of limits, which other tools write next to the route or the model.
_LIMITS = frozenset(
    {"rate_limit", "burst_limit", "throttle", "throttling", "rate", "burst", "limit", "limits", "rps", "rpm", "quota"}
    | {"requests_per_second", "requests_per_minute"}
)
_LIMITS_IN_TOKENS = frozenset(
    {"tpm", "tpd", "tokens_per_minute", "tokens_per_day", "usd_per_month", "budget", "max_budget"}
)

# Tables that other tools have, by the table of ours that has their content.
_TABLES = {
    "[throttling]": "limits rate_limits rate_limit rate_limiting ratelimits rate_limiter throttles",
    "[usage_plans.<name>]": "plans plan tiers tier api_keys keys budget budgets quota quotas",
    "[observability]": "logging logs log metrics monitoring",
    "[[routes]]": "endpoints paths operations resources",
    "[routes.integration], below the [[routes]] of its route": "backends upstream upstreams models server servers",
    "[waf]": "firewall web_acl",
    "[authorizers.<name>]": "auth authentication authorization",
}


def hint(schema: dict[str, Any], where: tuple[str | int, ...], key: str, table: object = None) -> str:
    """`did you mean rate_rules?`, or the tables that have such a key, or all keys of the table at that place."""
    known = [name for names in _tables(schema, where, table) for name in names]
    if said := _limit_of_a_route(where, key, table) or _meant(key, known) or _table_of_others(where, key):
        return said
    close = get_close_matches(key, known, n=1, cutoff=_CLOSE)
    if close and not where and any("items" in node for node in _nodes(schema, (close[0],))):
        return f"did you mean [[{close[0]}]]?"
    if close:
        return f"did you mean {close[0]}?"
    if inside := [name for name in known if len(name) >= _LONG and _letters(name) in _letters(key)]:
        return f"did you mean {max(inside, key=len)}?"
    if not where and (owners := _owners(schema, key)):
        return f"it belongs to {' or '.join(owners)}"
    return f"there are {listed}" if (listed := listing(schema, where, table)) else ""


def _meant(key: str, known: list[str]) -> str:
    meant = _MEANT.get(key, ())
    ways = (meant,) if isinstance(meant, str) else meant
    return next((words for words in ways if any(re.search(rf"\b{name}\b", words) for name in known)), "")


def _table_of_others(where: tuple[str | int, ...], key: str) -> str:
    header = next((header for header, names in _TABLES.items() if key in names.split()), "")
    return f"it belongs to {header}" if header and not where else ""


def _limit_of_a_route(where: tuple[str | int, ...], key: str, table: object) -> str:
    match where:
        case ("routes", int()):
            pass
        case _:
            return ""
    if key in _LIMITS:
        return f'limits of a route are in [throttling.routes."{entry_name(where, table) or "METHOD /path"}"]'
    if key in _LIMITS_IN_TOKENS:
        return "limits in tokens and money are in [usage_plans.<name>] or [[token_limits]]"
    return ""


def other_than_a_table(schema: dict[str, Any], where: tuple[str | int, ...], table: object = None) -> str:
    """`'off', or `, `text, in quotes, or `: what may be at that place instead of a table."""
    kinds = []
    for node in _nodes(schema, where, table):
        if words := [word for word in node.get("enum", [node.get("const")]) if isinstance(word, str)]:
            kinds += [repr(word) for word in words]
        elif node.get("type") == "string":
            kinds.append("text, in quotes")
    return f"{' or '.join(dict.fromkeys(kinds))}, or " if kinds else ""


def texts_by_name(schema: dict[str, Any], where: tuple[str | int, ...], table: object = None) -> bool:
    """Whether that place is a table of texts whose keys the author chooses, such as headers."""
    inner = [each for node in _nodes(schema, where, table) for each in [*node.get("patternProperties", {}).values()]]
    return bool(inner) and all(each.get("type") == "string" for each in inner)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


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
        elif node.get("type") in {"integer", "number"}:
            unit = unit_of(str(where[-1]))
            kinds.append(f"a number{f' of {unit}' if unit else ''}, without quotes")
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
