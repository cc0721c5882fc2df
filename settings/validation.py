"""`[routes.request]`: what API Gateway refuses with a 400 before a backend is asked."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from settings.file_reference import JsonDocument
from settings.model import Items, Settings

# API Gateway's models are JSON Schema draft 4.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html, read 2026-11.
DRAFT_4 = "http://json-schema.org/draft-04/schema#"


def _draft_4(schema: dict[str, Any]) -> dict[str, Any]:
    said = schema.get("$schema", DRAFT_4)
    if said != DRAFT_4:
        raise ValueError(f"must be JSON Schema draft 4 ($schema = {DRAFT_4!r}), the only one API Gateway reads")
    return {"$schema": DRAFT_4} | schema


class Request(Settings):
    """Checks that cost no backend call. Without the table there are none."""

    body_schema: Annotated[JsonDocument, AfterValidator(_draft_4)] | None = None
    """A file beside the environment file, or the schema itself. Held against the body whatever its content type."""

    required_parameters: Items[Annotated[str, Field(pattern=r"^(header|querystring|path)\.[A-Za-z0-9._-]+$")]] = ()
    """`header.X-Tenant`, `querystring.model`: must be there and not empty; nothing more is looked at."""

    @property
    def validates(self) -> bool:
        """Whether there is anything to check."""
        return self.body_schema is not None or bool(self.required_parameters)
