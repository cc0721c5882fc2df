"""Several environments whose resources would have the same names in the same account and Region."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from settings.aws import Aws
from settings.fields import EnvironmentFields
from settings.integration import AwsServiceIntegration, BedrockIntegration, LambdaIntegration, SagemakerIntegration
from settings.problem import Problem
from settings.watched import has_own_web_acl


def warned(environments: Mapping[str, EnvironmentFields]) -> Iterator[tuple[str, Problem]]:
    """For each file, the names that another file also has.

    AWS refuses a second web ACL, log group, function or role with the same name. A second alarm or dashboard silently
    replaces the first. The metrics of two stages with the same name are one series:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, read 2026-11.
    """
    for (file, one), (other_file, other) in combinations(environments.items(), 2):
        if one.api.name != other.api.name or _are_apart(one.aws, other.aws):
            continue
        if shared := ", ".join(_shared(one, other)):
            for here, there in ((file, other_file), (other_file, file)):
                yield (
                    here,
                    Problem(
                        ("api", "name"),
                        f"{there} has the same name, probably in the same account and Region, and AWS "
                        f"identifies {shared} by name; rename one of the two, or set aws.allowed_account_ids in both",
                    ),
                )


def _are_apart(one: Aws, other: Aws) -> bool:
    """Whether Regions or endpoints differ, or both files name accounts or profiles that differ."""
    if (one.region, one.endpoint_url) != (other.region, other.endpoint_url):
        return True
    accounts, other_accounts = _accounts(one), _accounts(other)
    if accounts and other_accounts:
        return accounts.isdisjoint(other_accounts)
    return one.profile is not None and other.profile is not None and one.profile != other.profile


def _accounts(aws: Aws) -> frozenset[str]:
    if aws.assume_role and aws.assume_role.account_id:
        return frozenset({aws.assume_role.account_id})
    return frozenset(aws.allowed_account_ids)


def _shared(one: EnvironmentFields, other: EnvironmentFields) -> Iterator[str]:
    if has_own_web_acl(one) and has_own_web_acl(other):
        yield "the web ACL"
    if _with_roles(one) & _with_roles(other):
        yield "functions and roles of routes"
    if one.stage.name == other.stage.name:
        yield "metrics, logs, alarms and the dashboard"


def _with_roles(environment: EnvironmentFields) -> set[str]:
    """The routes that have their own function or role."""
    kinds = (AwsServiceIntegration, BedrockIntegration, SagemakerIntegration)
    return {
        route.address
        for route in environment.routes
        if isinstance(route.integration, kinds)
        or (isinstance(route.integration, LambdaIntegration) and route.integration.code is not None)
    }
