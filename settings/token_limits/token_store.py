"""`[token_store]`: the DynamoDB table with the usage of each caller."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings
from settings.observability.log_group import KmsKeyArn


class TokenStore(Settings):
    """One on-demand table for the whole environment. Items expire when they are no longer needed."""

    max_write_request_units: Annotated[int, Field(ge=1, le=40_000)] | None = None
    """Maximum writes per second, as a cap on the bill. DynamoDB refuses writes above it, and the limits are then
    unavailable.

    Default: the account's quota for a table.
    """

    kms_key_arn: KmsKeyArn | None = None
    """ARN of your own KMS key. Default: the key of DynamoDB. Spillway lets the functions use the key."""

    point_in_time_recovery: bool = False
    """Continuous backups of the table. DynamoDB charges for them."""

    deletion_protection: bool = False
    """Makes a destroy fail, and a change that replaces the table. Without the table, the spending of the month is
    forgotten."""
