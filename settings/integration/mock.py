"""`type = "mock"`: API Gateway itself answers."""

from typing import Annotated, Literal

from pydantic import Field

from settings.integration.mapping_template import MappingTemplate
from settings.integration.transfer import Transfer


class MockIntegration(Transfer):
    """One static body. Nothing runs behind it, so a timeout means nothing here."""

    type: Literal["mock"] = "mock"
    status: Annotated[int, Field(ge=200, le=599)] = 200
    """Status of the answer."""

    body: MappingTemplate = '{"message": "ok"}'
    """A JSON document; API Gateway reads it as a mapping template, so `$` and a leading `#` have its meaning."""
