"""The JSON Schema of an environment file."""

from functools import cache
from typing import Any

from settings.environment import Environment
from settings.written_out import ANY


@cache
def file_schema() -> dict[str, Any]:
    """Names, types, ranges and allowed words. A JSON Schema cannot express rules across fields."""
    schema = Environment.model_json_schema()
    # The name of the file is the name of the environment.
    del schema["properties"]["name"]
    schema["required"].remove("name")
    # Both are expanded before the settings are made: written_out.py.
    schema["$defs"]["Route"]["properties"]["method"]["enum"].insert(0, ANY)
    routes = schema["$defs"]["Route"]["properties"]
    whole = {key: routes["integration"].pop(key) for key in ("discriminator", "oneOf")}
    keys = _keys_of_integrations(schema, whole["discriminator"]["mapping"])
    schema["$defs"]["Defaults"] = _defaults(keys)
    schema["properties"]["defaults"] = {"$ref": "#/$defs/Defaults"}
    # Beside defaults an integration may leave out what it must have.
    part = {"additionalProperties": False, "properties": keys, "type": "object"}
    routes["integration"]["anyOf"] = [whole, part]
    schema["if"] = {"not": {"required": ["defaults"]}}
    schema["then"] = {"properties": {"routes": {"items": {"properties": {"integration": whole}}}}}
    return schema


def _keys_of_integrations(schema: dict[str, Any], kinds: dict[str, str]) -> dict[str, Any]:
    """Every key that some type of integration has."""
    keys: dict[str, list[Any]] = {}
    for reference in kinds.values():
        for name, node in schema["$defs"][reference.removeprefix("#/$defs/")]["properties"].items():
            if node not in keys.setdefault(name, []):
                keys[name].append(node)
    properties = {name: nodes[0] if len(nodes) == 1 else _either(nodes) for name, nodes in keys.items()}
    properties["type"] = {"enum": list(kinds), "title": "Type", "description": _TYPE}
    return properties


def _defaults(keys: dict[str, Any]) -> dict[str, Any]:
    """`[defaults]`: what an integration of some kind may have, and nothing that it must have but its type."""
    integration = {
        "additionalProperties": False,
        "description": _INTEGRATION,
        "properties": keys,
        "required": ["type"],
        "type": "object",
    }
    return {
        "additionalProperties": False,
        "description": "What many routes have in common.",
        "properties": {"integration": integration},
        "required": ["integration"],
        "type": "object",
    }


def _either(nodes: list[Any]) -> dict[str, Any]:
    return {"anyOf": nodes, "description": nodes[0].get("description", "")}


_TYPE = "The type of integration. The defaults do not apply to routes of another type."
_INTEGRATION = (
    "Keys for the `[routes.integration]` of every route that has this type, or that does not write a type. A key of "
    "the route wins. Tables are merged key by key; lists and everything else are replaced as a whole."
)
