"""JSON Schema draft 4, the only draft that API Gateway supports.

https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html, read 2026-11;
https://json-schema.org/draft-04/draft-fge-json-schema-validation-00
"""

from collections.abc import Iterator
from typing import Any

DRAFT_4 = "http://json-schema.org/draft-04/schema#"

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})

# Keywords of later drafts. A validator of draft 4 ignores unknown keywords, so it would let everything through.
_NEWER = frozenset(
    {"$anchor", "$defs", "$dynamicRef", "$id", "const", "contains", "dependentRequired", "dependentSchemas", "else"}
    | {"if", "maxContains", "minContains", "prefixItems", "propertyNames", "then", "unevaluatedItems"}
    | {"unevaluatedProperties"}
)

# Keywords whose value is a schema, a list of schemas, or one schema for each name.
_ONE = ("additionalItems", "additionalProperties", "items", "not")
_LIST = ("allOf", "anyOf", "items", "oneOf")
_NAMED = ("definitions", "dependencies", "patternProperties", "properties")


def refused(schema: dict[str, Any], where: str = "") -> Iterator[str]:
    """Everything that is not valid in draft 4, each with its place: `properties.n.const: ...`."""
    for keyword in sorted(_NEWER & schema.keys()):
        yield f"{where}{keyword}: is from a later draft; draft 4 ignores it and would let everything through"
    for keyword in ("exclusiveMaximum", "exclusiveMinimum"):
        if not isinstance(schema.get(keyword, True), bool):
            other = keyword.removeprefix("exclusive").lower()
            yield f"{where}{keyword}: must be true or false in draft 4, together with {other}"
    types = schema.get("type", [])
    if not {str(name) for name in (types if isinstance(types, list) else [types])} <= _TYPES:
        yield f"{where}type: must be of {', '.join(sorted(_TYPES))}"
    required = schema.get("required", ["a"])
    if not isinstance(required, list) or not required:
        yield f"{where}required: must be a list with at least one name"
    if not str(schema.get("$ref", "#")).startswith("#"):
        yield f"{where}$ref: must refer to a place in this schema, like #/definitions/message"
    for path, below in _schemas_in(schema):
        yield from refused(below, f"{where}{path}.")


def _schemas_in(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, Any]] = [(keyword, schema.get(keyword)) for keyword in _ONE]
    for keyword in _LIST:
        if isinstance(listed := schema.get(keyword), list):
            found += [(f"{keyword}[{index}]", each) for index, each in enumerate(listed)]
    for keyword in _NAMED:
        if isinstance(named := schema.get(keyword), dict):
            found += [(f"{keyword}.{name}", each) for name, each in named.items()]
    return ((path, each) for path, each in found if isinstance(each, dict))
