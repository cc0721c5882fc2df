"""How long AWS caches the decision of an authorizer."""

from typing import Annotated

from pydantic import Field

# https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html, read 2026-11.
ResultTtl = Annotated[int, Field(ge=0, le=3600)]
