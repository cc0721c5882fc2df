"""The resources whose replacement somebody notices, by Terraform address, with what forces it.

Synthesis makes them (constructs/), and the review may not: it starts no Node. So this says the same a second time;
tests/review/test_resources.py holds it against the JSON that synthesis writes, before and after a change.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from review.watched_metrics import alarm_metrics
from settings.api import BEARER_KEY
from settings.environment import Environment
from settings.integration import BedrockIntegration, LambdaIntegration, PrivateIntegration
from settings.observability.watched import access_log, waf_log
from settings.route import path_address
from settings.usage_plan import plan_address
from settings.waf.rules import ip_sets_of, leaves_of, web_acl_rules


@dataclass(frozen=True, slots=True)
class Of:
    """An attribute of another resource: another one once that is replaced."""

    address: str


Arguments = Mapping[str, object]
"""Argument -> what decides about its value, or whose attribute it is."""

Resources = dict[str, Arguments]
"""By address, `aws_api_gateway_stage.stage`; what others refer to comes before them."""

# Settings of a route's own function, role or VPC link, which a deployment does not capture.
_BEHIND = frozenset(
    {"code", "runtime", "handler", "memory_size", "timeout", "environment", "reserved_concurrent_executions"}
    | {"log_retention_in_days", "model_id", "allow", "subnet_ids", "security_group_ids"}
)


def resources(environment: Environment) -> Resources:
    """All of them."""
    found = (*_api(environment), *_keys(environment), *_waf(environment), *_behind(environment), *_watch(environment))
    return dict(found)


def captured(environment: Environment) -> str:
    """A digest of what a deployment captures (constructs/gateway/deployment.py)."""
    exclude = {"integration": set(_BEHIND)}
    routes = [route.model_dump(mode="json", exclude=exclude) for route in environment.routes]
    shared = environment.model_dump(
        mode="json", include={"api", "authorizers", "cors", "resource_policy", "rate_limit_response"}
    )
    by_key = sorted(routes, key=lambda route: (route["path"], route["method"]))
    content = json.dumps([by_key, shared, environment.aws.region], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _api(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    stage = Of("aws_api_gateway_stage.stage")
    yield "aws_api_gateway_deployment.deployment", {"triggers": captured(environment)}
    yield "aws_api_gateway_stage.stage", {"stage_name": environment.stage.name}
    yield "aws_api_gateway_method_settings.stage", {"stage_name": stage, "method_path": "*/*"}
    answered = {route.path for route in environment.routes if route.method == "OPTIONS"}
    for route in environment.routes:
        yield f"aws_api_gateway_method.{route.address}", {"http_method": route.method}
        if environment.cors is not None and route.path not in answered:
            yield f"aws_api_gateway_method.options_{path_address(route.path)}", {"http_method": "OPTIONS"}
        if route.key in environment.throttling.routes:
            settings: Arguments = {"stage_name": stage, "method_path": route.key}
            yield f"aws_api_gateway_method_settings.{route.address}", settings
    for name in (*environment.authorizers, *([BEARER_KEY] if environment.has_bearer_key else [])):
        yield f"aws_api_gateway_authorizer.{name}", {}
    if environment.domain is not None:
        domain = "aws_api_gateway_domain_name.domain"
        yield domain, {"domain_name": environment.domain.domain_name}
        yield "aws_api_gateway_base_path_mapping.domain", {"domain_name": Of(domain)}


def _keys(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    for name, usage_plan in environment.usage_plans.items():
        plan = f"aws_api_gateway_usage_plan.{plan_address(name)}"
        if usage_plan.id is None:
            yield plan, {}
        for key in usage_plan.keys:
            api_key = f"aws_api_gateway_api_key.{key.address}"
            if key.id is None:
                value = None if key.value == "generated" else "variable"
                yield api_key, {"name": (environment.api.name, key.name), "value": value}
            membership = {"usage_plan_id": usage_plan.id or Of(plan), "key_id": key.id or Of(api_key)}
            yield f"aws_api_gateway_usage_plan_key.{key.address}", membership


def _waf(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    waf, api = environment.waf, environment.api.name
    if waf is None:
        return
    web_acl = "aws_wafv2_web_acl.web_acl"
    if waf.web_acl_arn is None:
        yield web_acl, {"name": api}
        rules = web_acl_rules(waf, environment.routes, environment.path_prefixes)
        for ip_set in ip_sets_of(leaf for rule in rules for leaf in leaves_of(rule)):
            yield f"aws_wafv2_ip_set.{ip_set.name}", {"name": (api, ip_set.name)}
    arguments = {"resource_arn": Of("aws_api_gateway_stage.stage"), "web_acl_arn": waf.web_acl_arn or Of(web_acl)}
    yield "aws_wafv2_web_acl_association.stage", arguments


def _behind(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    if environment.has_bearer_key:
        yield from _function(environment, BEARER_KEY)
    for route in environment.routes:
        match route.integration:
            case LambdaIntegration(code=None):
                pass
            case LambdaIntegration() | BedrockIntegration():
                yield from _function(environment, route.address)
            case PrivateIntegration(vpc_link_id=None, load_balancer_arn=str(arn)) as private:
                yield _vpc_link(private, arn)
            case _:
                pass


def _function(environment: Environment, address: str) -> Iterator[tuple[str, Arguments]]:
    name = (environment.api.name, address)
    yield f"aws_lambda_function.{address}", {"function_name": name}
    yield f"aws_cloudwatch_log_group.{address}", {"name": name}


def _vpc_link(private: PrivateIntegration, arn: str) -> tuple[str, Arguments]:
    name = path_address(arn.split("/")[2])
    if private.subnet_ids:
        arguments: dict[str, Any] = {
            "subnet_ids": sorted(private.subnet_ids),
            "security_group_ids": sorted(private.security_group_ids),
        }
        return f"aws_apigatewayv2_vpc_link.{name}", arguments
    return f"aws_api_gateway_vpc_link.{name}", {"target_arns": [arn]}


def _watch(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    stem = (environment.api.name, environment.stage.name)
    if access_log(environment) is not None:
        yield "aws_cloudwatch_log_group.access_log", {"name": stem}
    if environment.observability.execution_log is not None:
        yield "aws_cloudwatch_log_group.execution_log", {"name": environment.stage.name}
    if waf_log(environment) is not None:
        yield "aws_cloudwatch_log_group.waf_log", {"name": environment.api.name}
    for alarm in alarm_metrics(environment):
        yield f"aws_cloudwatch_metric_alarm.{alarm}", {"alarm_name": (*stem, alarm)}
    if environment.observability.dashboard:
        yield "aws_cloudwatch_dashboard.stage", {"dashboard_name": stem}
