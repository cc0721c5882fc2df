"""Policies as the JSON that IAM reads."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def policy_of(statements: Sequence[Mapping[str, Any]]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def assumed_by(service: str) -> str:
    """A trust policy for one AWS service."""
    return policy_of([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}])
