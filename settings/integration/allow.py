"""`[[routes.integration.allow]]`: what the role behind a route may do."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings, SomeItems


class Allow(Settings):
    """One statement of what the integration's role may do."""

    actions: SomeItems[Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z]+$")]]
    """For instance `sqs:SendMessage`; no wildcards."""

    resources: SomeItems[Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:[^\s]+$")]]
    """ARNs that the actions apply to."""
