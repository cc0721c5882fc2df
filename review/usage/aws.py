"""Reads the table and the API keys from AWS.

This is the only part of the review that calls AWS. It needs boto3 and your credentials.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
        with _one_line("the table cannot be read"):
            for page in self._client("dynamodb").get_paginator("scan").paginate(TableName=self._table):
                found += [_read(item) for item in page["Items"]]
        return found

    def keys(self) -> dict[str, str]:
        """Names of the environment's keys in the file, by id. Their values are not read."""
        found = dict(self._known)
        with _one_line("the API keys cannot be listed"):
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
        with _one_line("the item cannot be deleted"):
            self._client("dynamodb").delete_item(TableName=self._table, Key={"id": {"S": id}})

    def _client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint_url)


@contextmanager
def _one_line(what: str) -> Iterator[None]:
    """Turn an error of boto3 into a ReviewError of one line, which begins with what failed."""
    try:
        yield
    except Exception as error:
        if not is_aws_error(error):
            raise
        raise ReviewError(f"{what}: {aws_error(error)}") from None


def _read(item: Mapping[str, Mapping[str, str]]) -> Item:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
