"""`[token_store]`: the DynamoDB table that holds who has used what."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings
from settings.observability.log_group import KmsKeyArn


class TokenStore(Settings):
    """One on-demand table for the whole environment; items delete themselves once nobody needs them."""

    max_write_request_units: Annotated[int, Field(ge=1, le=40_000)] | None = None
    """Writes per second at most, a cap on the bill; what is above is refused by DynamoDB and counts as unavailable.

    Default: the account's quota of a table.
    """

    kms_key_arn: KmsKeyArn | None = None
    """A key of your own. Default: encrypted with DynamoDB's. The functions may then use the key."""

    point_in_time_recovery: bool = False
    """Continuous backups of the table, which DynamoDB charges for."""

    deletion_protection: bool = False
    """A destroy, or a change that replaces the table, then fails. What months have spent would be forgotten."""
