"""`[routes.request]`: what API Gateway refuses with a 400 before it calls a backend."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from settings import json_schema_draft_4
from settings.base import Items, Settings
from settings.file_reference import JsonDocument
from settings.problem import field_path, value_text
from settings.secrecy import Where


def _draft_4(schema: dict[str, Any]) -> dict[str, Any]:
    draft = schema.get("$schema", json_schema_draft_4.DRAFT_4)
    if draft != json_schema_draft_4.DRAFT_4:
        raise ValueError(
            f"must be JSON Schema draft 4 ($schema = {json_schema_draft_4.DRAFT_4!r}), the only one API Gateway reads"
        )
    if problem := next(json_schema_draft_4.refused(schema), None):
        raise ValueError(f"must be JSON Schema draft 4: {problem}")
    if problem := next(_not_json(schema, ()), None):
        raise ValueError(f"must be JSON: {problem}")
    return {"$schema": json_schema_draft_4.DRAFT_4} | schema


def _not_json(value: Any, where: Where) -> Iterator[str]:
    """TOML values that JSON does not have: times, nan, inf, and integers of any length."""
    match value:
        case dict():
            for key, each in value.items():
                yield from _not_json(each, (*where, key))
        case list():
            for index, each in enumerate(value):
                yield from _not_json(each, (*where, index))
        case None | bool() | str():
            return
        case int() | float() if abs(value) <= sys.float_info.max:
            return
        case _:
            yield f"{field_path(where)} = {value_text(value)} is not possible in it"


class Request(Settings):
    """Checks that API Gateway makes without calling the backend. Without this table there are none."""

    body_schema: Annotated[JsonDocument, AfterValidator(_draft_4)] | None = None
    """A file, relative to the environment file, or the schema itself. It applies to every body, whatever its content
    type."""

    required_parameters: Items[Annotated[str, Field(pattern=r"^(header|querystring|path)\.[A-Za-z0-9._-]+$")]] = ()
    """`header.X-Tenant`, `querystring.model`: must be present and not empty. The value is not checked further."""

    @property
    def validates(self) -> bool:
        """Whether there is something to check."""
        return self.body_schema is not None or bool(self.required_parameters)
