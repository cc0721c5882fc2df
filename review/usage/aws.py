"""Reads the table and the API keys from AWS.

This is the only part of the review that calls AWS. It needs boto3 and your credentials.
"""

import json
from collections.abc import Mapping
from typing import Any

from review.refusal import ReviewError
from review.usage.usage import Item, table_name
from settings.aws_error import aws_error, is_aws_error
from settings.environment import Environment


class Aws:
    """The table and the keys, read with boto3."""

    def __init__(self, environment: Environment) -> None:
        try:
            import boto3  # noqa: PLC0415  # only this command needs it
        except ImportError:
            raise ReviewError("usage reads AWS with boto3, which is not installed: pip install boto3") from None
        aws = environment.aws
        made_up = {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"} if aws.endpoint_url else {}
        self._session = boto3.Session(profile_name=aws.profile, region_name=aws.region, **made_up)
        self._endpoint_url = aws.endpoint_url
        self._table = table_name(environment)
        self._prefix = f"{environment.api.name}-"
        # Existing keys, whose names are not in the file.
        self._known = {key.id: key.name for plan in environment.usage_plans.values() for key in plan.keys if key.id}

    def items(self) -> list[Item]:
        """All items of the table."""
        found: list[Item] = []
        with _said("the table cannot be read"):
            for page in self._client("dynamodb").get_paginator("scan").paginate(TableName=self._table):
                found += [_read(item) for item in page["Items"]]
        return found

    def keys(self) -> dict[str, str]:
        """Names of the environment's keys in the file, by id. Their values are not read."""
        found = dict(self._known)
        with _said("the API keys cannot be listed"):
            for page in self._client("apigateway").get_paginator("get_api_keys").paginate():
                for key in page["items"]:
                    if key["name"].startswith(self._prefix):
                        found[key["id"]] = key["name"].removeprefix(self._prefix)
        return found

    def reset_call(self, id: str) -> str:
        """The call that `reset` makes, to show before it runs."""
        key = json.dumps({"id": {"S": id}})
        return f"aws dynamodb delete-item --table-name {self._table} --key '{key}'"

    def reset(self, id: str) -> None:
        """Reset what the caller has used. Requests in progress are then not counted when they end."""
        with _said("the item cannot be deleted"):
            self._client("dynamodb").delete_item(TableName=self._table, Key={"id": {"S": id}})

    def _client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint_url)


class _said:  # noqa: N801  # reads as a statement: with _said("...")
    """Turns errors of boto3 into one line."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if error is not None and is_aws_error(error):
            raise ReviewError(f"{self._what}: {aws_error(error)}") from None


def _read(item: Mapping[str, Mapping[str, str]]) -> Item:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
