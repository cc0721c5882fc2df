"""The resources whose replacement has noticeable effects, by Terraform address, with what forces it.

Synthesis creates them (constructs/), but the review does not run it, because it starts no Node. This module therefore
repeats the facts, and tests/review/diff/test_resources.py compares them with the synthesized JSON before and after a
change.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from settings.alarms import alarms
from settings.api import BEARER_KEY
from settings.environment import Environment
from settings.gateway_responses import LIMIT_RESPONSES, error_responses
from settings.integration import (
    AwsServiceIntegration,
    BedrockIntegration,
    HttpIntegration,
    LambdaIntegration,
    MockIntegration,
    PrivateIntegration,
    SagemakerIntegration,
)
from settings.observability.alarms import INFORMATIONAL
from settings.route import Route, path_names
from settings.stage_names import stage_stem, token_table_name, topic_name
from settings.terraform_name import terraform_name
from settings.token_limits.covering import metered_routes
from settings.usage_plan import key_names, plan_names
from settings.waf.web_acl_rules import ip_sets_of, leaves_of, web_acl_rules
from settings.watched import access_log, access_log_group, dashboard_name, waf_log, waf_log_group


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute of another resource, which changes if that resource is replaced."""

    address: str


Arguments = Mapping[str, object]
"""Argument -> what its value depends on, or the resource that it refers to."""

Resources = dict[str, Arguments]
"""By address, `aws_api_gateway_stage.stage`. A resource comes after those that it refers to."""

# Settings of an integration that API Gateway receives, so that a deployment captures them. The others belong to the
# route's own function, role or VPC link.
CAPTURED_SETTINGS = frozenset(
    {"type", "timeout_milliseconds", "response_transfer_mode", "status", "body", "url", "headers", "drop_headers"}
    | {"function_arn", "vpc_link_id", "load_balancer_arn", "endpoint_name", "service", "action", "path", "role_arn"}
    | {"integration_http_method", "request_parameters", "request_template", "response_template"}
)


def resources(environment: Environment) -> Resources:
    """All resources."""
    found = (
        *_roles(environment),
        *_api_and_stage(environment),
        *_responses(environment),
        *_keys(environment),
        *_waf(environment),
        *_backends(environment),
        *_observability(environment),
    )
    return dict(found)


def deployment_digest(environment: Environment) -> str:
    """A digest of what a deployment captures (constructs/gateway/deployment.py)."""
    routes = [
        {
            **route.model_dump(mode="json", exclude={"integration"}),
            "integration": route.integration.model_dump(mode="json", include=set(CAPTURED_SETTINGS)),
        }
        for route in environment.routes
    ]
    shared = environment.model_dump(
        mode="json", include={"api", "authorizers", "cors", "resource_policy", "rate_limit_response"}
    )
    by_key = sorted(routes, key=lambda route: (route["path"], route["method"]))
    # A function in front of a backend makes it another integration.
    metered = [route.key for route in metered_routes(environment)]
    content = json.dumps([by_key, shared, environment.aws.region, metered], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _api_and_stage(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    stage = Reference("aws_api_gateway_stage.stage")
    yield "aws_api_gateway_deployment.deployment", {"triggers": deployment_digest(environment)}
    if environment.stage.creates_client_certificate:
        yield "aws_api_gateway_client_certificate.stage", {}
    yield "aws_api_gateway_stage.stage", {"stage_name": environment.stage.name}
    yield "aws_api_gateway_method_settings.stage", {"stage_name": stage, "method_path": "*/*"}
    names = path_names(route.path for route in environment.routes)
    answered = {route.path for route in environment.routes if route.method == "OPTIONS"}
    for route in environment.routes:
        yield f"aws_api_gateway_method.{route.address}", {"http_method": route.method}
        if environment.cors is not None and route.path not in answered:
            preflight = f"options_{names[route.path]}"
            yield f"aws_api_gateway_method.{preflight}", {"http_method": "OPTIONS"}
            yield f"aws_api_gateway_integration.{preflight}", _MOCK
            yield f"aws_api_gateway_integration_response.{preflight}_200", {"status_code": "200"}
        if route.key in environment.throttling.routes:
            settings: Arguments = {"stage_name": stage, "method_path": route.key}
            yield f"aws_api_gateway_method_settings.{route.address}", settings
        yield f"aws_api_gateway_integration.{route.address}", _integration(route)
    for name in (*environment.authorizers, *([BEARER_KEY] if environment.has_bearer_key else [])):
        yield f"aws_api_gateway_authorizer.{name}", {}
    if environment.resource_policy is not None:
        yield "aws_api_gateway_rest_api_policy.api", {}
    if environment.domain is not None:
        domain = "aws_api_gateway_domain_name.domain"
        yield domain, {"domain_name": environment.domain.domain_name}
        yield "aws_api_gateway_base_path_mapping.domain", {"domain_name": Reference(domain), "stage_name": stage}


_MOCK: Arguments = {"type": "MOCK"} | dict.fromkeys(("integration_http_method", "credentials", "passthrough_behavior"))


def _integration(route: Route) -> Arguments:
    match route.integration:
        case MockIntegration():
            return _MOCK
        case HttpIntegration() | PrivateIntegration():
            return {**_MOCK, "type": "HTTP_PROXY", "integration_http_method": route.method}
        case LambdaIntegration() | BedrockIntegration():
            return {**_MOCK, "type": "AWS_PROXY", "integration_http_method": "POST"}
        case SagemakerIntegration():
            return _aws_integration(route, "POST", None, has_template=False)
        case AwsServiceIntegration() as service:
            has_template = service.request_template is not None
            return _aws_integration(route, service.integration_http_method, service.role_arn, has_template=has_template)
        case _ as forgotten:
            assert_never(forgotten)


def _aws_integration(route: Route, http_method: str, role_arn: str | None, *, has_template: bool) -> Arguments:
    return {
        "type": "AWS",
        "integration_http_method": http_method,
        "credentials": role_arn or Reference(f"aws_iam_role.{route.address}"),
        "passthrough_behavior": "NEVER" if has_template else "WHEN_NO_MATCH",
    }


def _roles(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    """The role of API Gateway for a service, and the roles of functions."""
    metered = metered_routes(environment)
    for route in environment.routes:
        match route.integration:
            case _ if route in metered:
                has_role = True
            case SagemakerIntegration() | BedrockIntegration() | AwsServiceIntegration(role_arn=None):
                has_role = True
            case LambdaIntegration(code=code):
                has_role = code is not None
            case MockIntegration() | HttpIntegration() | PrivateIntegration() | AwsServiceIntegration():
                has_role = False
            case _ as forgotten:
                assert_never(forgotten)
        if has_role:
            yield _role(environment, route.address)
    if environment.has_bearer_key:
        yield _role(environment, BEARER_KEY)


def _role(environment: Environment, name: str) -> tuple[str, Arguments]:
    return f"aws_iam_role.{name}", {"name": (environment.api.name, environment.aws.region, name)}


def _responses(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    """Responses that API Gateway creates from the answer of a service, of a mock or its own."""
    for route in environment.routes:
        match route.integration:
            case MockIntegration() as mock:
                statuses = [str(mock.status)]
            case SagemakerIntegration() | AwsServiceIntegration():
                statuses = ["200", "400", "429", "502"]
            case HttpIntegration() | PrivateIntegration() | LambdaIntegration() | BedrockIntegration():
                statuses = []
            case _ as forgotten:
                assert_never(forgotten)
        for status in statuses:
            yield f"aws_api_gateway_integration_response.{route.address}_{status}", {"status_code": status}
    errors = error_responses(environment.routes, has_bearer_key=environment.has_bearer_key)
    for response_type in (*LIMIT_RESPONSES, *errors):
        yield f"aws_api_gateway_gateway_response.{response_type.lower()}", {}


def _keys(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    plans, keys = plan_names(environment.usage_plans), key_names(environment.usage_plans)
    for name, usage_plan in environment.usage_plans.items():
        plan = f"aws_api_gateway_usage_plan.{plans[name]}"
        if usage_plan.id is None:
            yield plan, {}
        for key in usage_plan.keys:
            api_key = f"aws_api_gateway_api_key.{keys[key.name]}"
            if key.id is None:
                yield api_key, {"value": None if key.value == "generated" else "variable"}
            membership = {"usage_plan_id": usage_plan.id or Reference(plan), "key_id": key.id or Reference(api_key)}
            yield f"aws_api_gateway_usage_plan_key.{keys[key.name]}", membership


def _waf(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    waf, api = environment.waf, environment.api.name
    if waf is None:
        return
    web_acl = "aws_wafv2_web_acl.web_acl"
    if waf.web_acl_arn is None:
        yield web_acl, {}
        rules = web_acl_rules(waf, environment.routes, environment.path_prefixes)
        for ip_set in ip_sets_of(leaf for rule in rules for leaf in leaves_of(rule)):
            yield f"aws_wafv2_ip_set.{ip_set.name}", {"name": (api, ip_set.name)}
    arguments = {
        "resource_arn": Reference("aws_api_gateway_stage.stage"),
        "web_acl_arn": waf.web_acl_arn or Reference(web_acl),
    }
    yield "aws_wafv2_web_acl_association.stage", arguments


def _backends(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    metered = metered_routes(environment)
    if metered:
        yield "aws_dynamodb_table.token_limits", {"name": token_table_name(environment)}
    if environment.has_bearer_key:
        yield from _function(environment, BEARER_KEY)
    for route in environment.routes:
        if route in metered:
            yield from _function(environment, route.address)
            continue
        match route.integration:
            case LambdaIntegration(code=None):
                pass
            case LambdaIntegration() | BedrockIntegration():
                yield from _function(environment, route.address)
            case PrivateIntegration(vpc_link_id=None, load_balancer_arn=str(arn)) as private:
                yield _vpc_link(private, arn)
            case PrivateIntegration() | HttpIntegration() | MockIntegration():
                pass
            case SagemakerIntegration() | AwsServiceIntegration():
                pass
            case other:
                assert_never(other)


def _function(environment: Environment, address: str) -> Iterator[tuple[str, Arguments]]:
    name = (environment.api.name, address)
    yield f"aws_lambda_function.{address}", {"function_name": name}
    yield f"aws_cloudwatch_log_group.{address}", {"name": name}


def _vpc_link(private: PrivateIntegration, arn: str) -> tuple[str, Arguments]:
    name = terraform_name(arn.split("/")[2])
    if private.subnet_ids:
        arguments: dict[str, Any] = {
            "subnet_ids": sorted(private.subnet_ids),
            "security_group_ids": sorted(private.security_group_ids),
        }
        return f"aws_apigatewayv2_vpc_link.{name}", arguments
    return f"aws_api_gateway_vpc_link.{name}", {"target_arns": [arn]}


def _observability(environment: Environment) -> Iterator[tuple[str, Arguments]]:
    if access_log(environment) is not None:
        yield "aws_cloudwatch_log_group.access_log", {"name": access_log_group(environment)}
    if environment.observability.execution_log is not None:
        yield "aws_cloudwatch_log_group.execution_log", {"name": environment.stage.name}
    if waf_log(environment) is not None:
        yield "aws_cloudwatch_log_group.waf_log", {"name": waf_log_group(environment)}
    for alarm in alarms(environment):
        yield f"aws_cloudwatch_metric_alarm.{alarm.address}", {"alarm_name": alarm.name}
    if settings := environment.observability.alarms:
        for prefix, pages in (("", True), (INFORMATIONAL, False)):
            topic = f"aws_sns_topic.{prefix}alarms"
            if subscriptions := settings.subscriptions(pages=pages):
                yield topic, {"name": topic_name(stage_stem(environment), pages=pages)}
            for name, _ in subscriptions:
                yield f"aws_sns_topic_subscription.{name}", {"topic_arn": Reference(topic)}
    if environment.observability.dashboard:
        yield "aws_cloudwatch_dashboard.stage", {"dashboard_name": dashboard_name(environment)}
