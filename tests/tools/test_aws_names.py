"""tools/aws_names.toml: complete, and its names are the provider's, Terraform's and AWS's own."""

import json
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from inspect import signature
from typing import Any

import botocore.session
import cdktf
import pytest
from botocore.model import StructureShape

from constructs.terraform.newer_argument import NEWER
from settings.gateway_responses import LIMIT_RESPONSES
from tests.waf.provider_schema import PACKAGE, arguments, camel
from tests.waf.statement_schema import BLOCKS
from tools.aws_names import aws_names
from tools.environment_schema import schema

SCHEMA: dict[str, Any] = json.loads(schema())
NAMES = sorted({name for keys in aws_names().values() for names in keys.values() for name in names})

# https://developer.hashicorp.com/terraform/language/terraform and .../language/block/import, read 2026-11.
TERRAFORM = {
    "terraform.backend",
    "terraform.backend.local",
    "terraform.backend.s3",
    "terraform.cloud",
    "terraform.cloud.hostname",
    "terraform.cloud.organization",
    "terraform.cloud.workspaces.name",
    "terraform.cloud.workspaces.project",
    "terraform.cloud.workspaces.tags",
    "terraform.required_providers.aws.version",
    "import.id",
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html and
# .../reference_policies_condition-keys.html, read 2026-11.
IAM = {"Action", "Principal", "Resource", "aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"}


def test_every_key_of_the_schema_is_there_and_no_other() -> None:
    tables = {"File": SCHEMA, **SCHEMA["$defs"]}
    keys = {name: list(table["properties"]) for name, table in tables.items() if table.get("properties")}
    assert {name: sorted(table) for name, table in aws_names().items()} == {
        name: sorted(table) for name, table in keys.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_that_exists(name: str) -> None:
    first, _, rest = name.partition(" ")
    kinds: dict[str, Callable[[str], bool]] = {
        "API": is_a_member,
        "IAM": IAM.__contains__,
        "header": lambda header: re.fullmatch(r"[A-Za-z-]+", header) is not None,
        "gateway": lambda response: response.removeprefix("response ") in LIMIT_RESPONSES,
    }
    assert kinds[first](rest) if rest else is_an_argument(name)


@pytest.mark.parametrize(
    "wrong",
    [
        "aws_api_gateway_method_settings.settings.rate_limit",
        "aws_api_gateway_method_settings.throttling_rate_limit",
        "aws_api_gateway_throttle",
        "provider.aws.zone",
        "rate_based_statement.custom_key.ip.name",
        "rate_statement",
        "terraform.backend.s3.buckets",
    ],
)
def test_a_wrong_name_is_found(wrong: str) -> None:
    assert not is_an_argument(wrong)


@pytest.mark.parametrize("wrong", ["apigateway GetAccount.throttleSettings.limit", "wafv2 DescribeManagedRuleGroup.C"])
def test_a_wrong_member_is_found(wrong: str) -> None:
    assert not is_a_member(wrong)


def is_an_argument(name: str) -> bool:
    first, *path = name.split(".")
    if name in TERRAFORM:
        return True
    if name.startswith("terraform.backend.s3."):
        return set(path[2:]) <= s3_arguments()
    if name.startswith("provider.aws"):
        return has_arguments("provider", "AwsProvider", "AwsProviderConfig", path[1:])
    if first.startswith("aws_") and first not in BLOCKS:
        module = first.removeprefix("aws_")
        # The second is what the package calls a resource's own type if a block of that name is in the way.
        stem, config = camel(module), f"{camel(module)}Config"
        return has_arguments(module, stem, config, path) or has_arguments(module, stem, f"{config}A", path)
    return first in BLOCKS and has_blocks(first, path)


def has_arguments(module: str, stem: str, type_: str, path: list[str]) -> bool:
    """Whether each part of the path is an argument of the one before it."""
    try:
        import_module(f"{PACKAGE}.{module}")
    except ModuleNotFoundError:
        return False
    for part in path:
        known = arguments(module, type_)
        if known is None or (part not in known and (f"aws_{module}", part) not in NEWER):
            return False
        stem += camel(part)
        type_ = stem
    return path != [] or arguments(module, type_) is not None


def has_blocks(block: str, path: list[str]) -> bool:
    for part in path:
        if block not in BLOCKS or part not in BLOCKS[block]["arguments"]:
            return False
        block = BLOCKS[block]["arguments"][part]
    return True


@cache
def s3_arguments() -> set[str]:
    kinds: tuple[Any, ...] = (cdktf.S3BackendConfig, cdktf.S3BackendAssumeRoleConfig)
    return {argument for kind in kinds for argument in signature(kind.__init__).parameters} - {"self"}


def is_a_member(name: str) -> bool:
    """`service Operation.member.member`, of the operation's input or of its output."""
    service, _, rest = name.partition(" ")
    operation, *path = rest.split(".")
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    return any(has_members(shape, path) for shape in (model.input_shape, model.output_shape))


def has_members(shape: Any, path: list[str]) -> bool:
    for part in path:
        if not isinstance(shape, StructureShape) or part not in shape.members:
            return False
        shape = shape.members[part]
    return True
