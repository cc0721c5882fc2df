"""`type = "mock"`: API Gateway itself answers."""

from typing import Annotated, Literal

from pydantic import Field

from settings.integration.mapping_template import MappingTemplate
from settings.integration.transfer import Transfer


class MockIntegration(Transfer):
    """One static body. There is no backend, so a timeout has no effect."""

    type: Literal["mock"] = "mock"
    status: Annotated[int, Field(ge=200, le=599)] = 200
    """Status of the response."""

    body: MappingTemplate = '{"message": "ok"}'
    """A JSON document. API Gateway reads it as a mapping template, so `$` and a leading `#` have a special meaning."""
