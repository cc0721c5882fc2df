"""The table in which the functions in front of models count usage."""

from typing import Any

from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableOnDemandThroughput,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from constructs.terraform.address import place
from settings.token_limits.token_store import TokenStore

# The same as in constructs/gateway/metered_function/expressions.mjs.
_KEY, _EXPIRES = "id", "e"


class TokenTable(Construct):
    """Creates `aws_dynamodb_table.token_limits`: on-demand, encrypted, and with expiring items.

    Named after API and stage, because each stage has its own limits.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, store: TokenStore) -> None:
        super().__init__(scope, id)
        self._store = store
        most = store.max_write_request_units
        key = store.kms_key_arn
        self.address = place(
            DynamodbTable,
            self,
            "token_limits",
            name=name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=_KEY,
            attribute=[DynamodbTableAttribute(name=_KEY, type="S")],
            ttl=DynamodbTableTtl(attribute_name=_EXPIRES, enabled=True),
            # Without your own key, the table is encrypted with DynamoDB's key, which needs no argument.
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key) if key else None,
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True)
            if store.point_in_time_recovery
            else None,
            on_demand_throughput=DynamodbTableOnDemandThroughput(max_write_request_units=most) if most else None,
            deletion_protection_enabled=store.deletion_protection or None,
        )
        self.name = self.address.reference("name")

    @property
    def statements(self) -> list[dict[str, Any]]:
        """The permissions of a function: its one call, and the table's key."""
        arn = self.address.reference("arn")
        update = {"Effect": "Allow", "Action": ["dynamodb:UpdateItem"], "Resource": [arn]}
        if self._store.kms_key_arn is None:
            return [update]
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html, read 2026-11:
        # DynamoDB uses the key with the caller's permissions.
        key = {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Resource": [self._store.kms_key_arn],
        }
        return [update, key]
