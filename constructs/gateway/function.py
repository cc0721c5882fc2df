"""A Lambda function, created from a folder."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionVpcConfig,
)
from constructs import Construct

from constructs.gateway.archive import Archive
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import Address, place
from constructs.terraform.policy_document import policy_document, trust_policy
from settings.file_reference import Code

# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html: FunctionName, read 2026-11. For roles it is 64
# too.
_LONGEST_NAME = 64

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html: PolicyName, read 2026-11.
LONGEST_POLICY_NAME = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class Subnets:
    """The subnets and security groups of a function that calls something inside a VPC."""

    subnet_ids: Sequence[str]
    security_group_ids: Sequence[str]


class Function(Construct):
    """Creates a log group, a role that can write to it and has the permissions in `allow`, and the function, all with
    one name.

    `references` are variables with Terraform expressions. `made` are generated files, added to those of the folder.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        rest_api: RestApi,
        code: Code,
        runtime: str,
        handler: str,
        memory_size: int,
        timeout: int,
        environment: Mapping[str, str],
        reserved_concurrent_executions: int | None,
        log_retention_in_days: int,
        allow: Sequence[Mapping[str, Any]] = (),
        references: Mapping[str, str] | None = None,
        made: Mapping[str, str] | None = None,
        subnets: Subnets | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._function_name = shorten_name(f"{rest_api.name}-{name}")
        self._role_name = role_name(rest_api, name)
        log_group = self._add_log_group(log_retention_in_days)
        archive = Archive(code, made=made)
        address = Address.of(LambdaFunction, name)
        function = LambdaFunction(
            self,
            str(address),
            function_name=self._function_name,
            role=self._add_role(log_group, [*allow, *(_IN_A_VPC if subnets else ())]),
            runtime=runtime,
            handler=handler,
            filename=self._write(archive),
            source_code_hash=archive.source_code_hash,
            memory_size=memory_size,
            timeout=timeout,
            environment=_variables(environment, references or {}),
            reserved_concurrent_executions=reserved_concurrent_executions,
            vpc_config=_vpc_config(subnets),
        )
        # Lambda would create the group at the first call, without retention.
        # In a VPC, Lambda refuses a function whose role cannot create network interfaces yet.
        policy = [str(Address.of(IamRolePolicy, name))] if subnets else []
        function.depends_on = [str(log_group), *policy]
        self.arn = address.reference("arn")

    def _add_log_group(self, retention_in_days: int) -> Address:
        return place(
            CloudwatchLogGroup,
            self,
            self._name,
            name=f"/aws/lambda/{self._function_name}",
            retention_in_days=retention_in_days,
        )

    def _add_role(self, log_group: Address, allow: Sequence[Mapping[str, Any]]) -> str:
        role = place(
            IamRole,
            self,
            self._name,
            name=self._role_name,
            assume_role_policy=trust_policy("lambda.amazonaws.com"),
        )
        logging = {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group.reference('arn')}:*",
        }
        place(
            IamRolePolicy,
            self,
            self._name,
            role=role.reference("name"),
            name=shorten_name(self._name, LONGEST_POLICY_NAME),
            policy=policy_document([logging, *allow]),
        )
        return role.reference("arn")

    def _write(self, archive: Archive) -> str:
        """Write the zip to Terraform's working folder, and return its path there.

        CDKTF's own TerraformAsset includes the files' dates and uses this machine's zlib, so its bytes differ between
        machines.
        """
        file = f"functions/{self._name}.zip"
        stack = TerraformStack.of(self)
        archive.write(Path(App.of(self).outdir) / "stacks" / stack.node.id / file)
        return file


def role_name(rest_api: RestApi, name: str) -> str:
    """IAM roles are global, so the name includes the Region: the same API may exist in several."""
    return shorten_name(f"{rest_api.name}-{rest_api.region}-{name}")


def shorten_name(full: str, longest: int = _LONGEST_NAME) -> str:
    """The name; if it is too long for AWS, its beginning and a hash that makes it unique."""
    if len(full) <= longest:
        return full
    digest = hashlib.sha256(full.encode()).hexdigest()[:8]
    return f"{full[: longest - 9]}-{digest}"


def _variables(environment: Mapping[str, str], references: Mapping[str, str]) -> LambdaFunctionEnvironment | None:
    variables = {**environment, **references}
    return LambdaFunctionEnvironment(variables=variables) if variables else None


def _vpc_config(subnets: Subnets | None) -> LambdaFunctionVpcConfig | None:
    if subnets is None:
        return None
    return LambdaFunctionVpcConfig(
        subnet_ids=sorted(subnets.subnet_ids), security_group_ids=sorted(subnets.security_group_ids)
    )


# The managed policy AWSLambdaVPCAccessExecutionRole, without its logs, read 2026-11:
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html
_IN_A_VPC: tuple[Mapping[str, Any], ...] = (
    {
        "Effect": "Allow",
        "Action": [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ],
        "Resource": "*",
    },
)
