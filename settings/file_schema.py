"""The JSON Schema of an environment file."""

from functools import cache
from typing import Any

from settings.environment import Environment


@cache
def file_schema() -> dict[str, Any]:
    """Names, types, ranges, the words allowed. What depends on more than one field, no such schema says."""
    schema = Environment.model_json_schema()
    # The file's own name names the environment.
    del schema["properties"]["name"]
    schema["required"].remove("name")
    return schema
