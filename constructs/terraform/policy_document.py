"""Policies as JSON for IAM."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from settings.integration.allow import Allow


def policy_document(statements: Sequence[Mapping[str, Any]]) -> str:
    """A policy document with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow_statements(allow: Iterable[Allow]) -> list[dict[str, Any]]:
    """The statements of an environment file."""
    return [
        {
            "Effect": "Allow",
            "Action": list(statement.actions),
            "Resource": list(statement.resources),
        }
        for statement in allow
    ]


def trust_policy(service: str) -> str:
    """A trust policy for one AWS service.

    It has no condition on `aws:SourceAccount` or `aws:SourceArn`. AWS does not document that API Gateway or Lambda send
    them when they assume a role, and a role whose condition is never met breaks everything. A service only accepts a
    role from someone in the same account with permission to pass it (`iam:PassRole`). See prowler-cloud/prowler issue
    2810, read 2026-11.
    """
    return policy_document([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}])
