"""What answers behind a route: `[routes.integration]`."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings


class MockIntegration(Settings):
    """API Gateway itself answers, with one static body. Nothing runs behind it."""

    type: Literal["mock"] = "mock"
    status: Annotated[int, Field(ge=200, le=599)] = 200
    body: str = '{"message": "ok"}'
    """A JSON document; API Gateway reads it as a mapping template, so `$` and a leading `#` have its meaning."""


Integration = MockIntegration
