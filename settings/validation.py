"""`[routes.request]`: what API Gateway refuses with a 400 before a backend is asked."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from settings import draft_4
from settings.file_reference import JsonDocument
from settings.model import Items, Settings


def _draft_4(schema: dict[str, Any]) -> dict[str, Any]:
    said = schema.get("$schema", draft_4.DRAFT_4)
    if said != draft_4.DRAFT_4:
        raise ValueError(f"must be JSON Schema draft 4 ($schema = {draft_4.DRAFT_4!r}), the only one API Gateway reads")
    if problem := next(draft_4.refused(schema), None):
        raise ValueError(f"must be JSON Schema draft 4: {problem}")
    return {"$schema": draft_4.DRAFT_4} | schema


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
