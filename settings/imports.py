"""The `[imports]` table: existing resources that Terraform adopts instead of creating new ones."""

from typing import Annotated

from pydantic import Field

Address = Annotated[str, Field(pattern=r"^aws_[a-z0-9_]+\.[a-z][a-z0-9_]*$")]
Id = Annotated[str, Field(pattern=r"^[^\s$%]+$")]

Imports = dict[Address, Id]
"""The provider's import id by Spillway's Terraform address: `"aws_api_gateway_rest_api.api" = "a1b2c3d4e5"`."""
