"""`[[routes.integration.allow]]`: what the role of an integration may do."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings, SomeItems


class Allow(Settings):
    """One statement in the policy of the integration's role."""

    actions: SomeItems[Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z]+$")]]
    """Actions such as `sqs:SendMessage`. Wildcards are not allowed."""

    resources: SomeItems[Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:[^\s]+$")]]
    """ARNs of the resources that the actions apply to."""
