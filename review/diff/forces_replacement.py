"""Which arguments make Terraform replace a resource instead of changing it, and what whoever calls or operates notices.

From the schemas of the AWS provider, `ForceNew`, read 2026-11 in github.com/hashicorp/terraform-provider-aws under
`internal/service/`, the file named with each; usage_plan.go, authorizer.go and lambda/function.go by the provider's
documentation. The stacks use version 6.25.0. What is left out here changes in place: an API's name, its endpoint type,
a throttle, a quota, a rule of a web ACL, the addresses of an IP set.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Forces:
    """One type of resource."""

    arguments: tuple[str, ...]
    """Those that differ between two environment files of ours at all."""

    file: str

    replaced: str
    """What a replacement means."""

    destroyed: str
    """What it means that it goes."""

    flagged: bool = False
    """Whether somebody should look twice where it is replaced."""


REGION = "region"
"""Of every Regional resource since version 6 of the provider: a provider in another Region replaces them all
(`forceNewIfRegionChanges` in internal/provider/sdkv2/; a role is global and stays).
"""

FORCES: dict[str, Forces] = {
    "aws_api_gateway_stage": Forces(
        arguments=("stage_name",),
        file="apigateway/stage.go",
        replaced="another URL; the old one answers 403, and counts of throttles and quotas begin anew",
        destroyed="the URL answers 403",
    ),
    "aws_api_gateway_client_certificate": Forces(
        arguments=(),
        file="apigateway/client_certificate.go",
        replaced="",
        destroyed="backends that ask for it refuse the API's calls",
    ),
    "aws_api_gateway_deployment": Forces(
        arguments=("triggers",),
        file="apigateway/deployment.go",
        replaced="the new one is made first and the stage moves over: callers see the new routes, and no gap",
        destroyed="",
    ),
    "aws_api_gateway_method": Forces(
        arguments=("http_method",),
        file="apigateway/method.go",
        replaced="",
        destroyed="the route goes on answering, without its own throttle, until a second deployment",
    ),
    "aws_api_gateway_integration": Forces(
        arguments=("type", "integration_http_method", "credentials", "passthrough_behavior"),
        file="apigateway/integration.go",
        replaced="deleted right after it is made, since AWS knows one for each method (issue 21907)",
        destroyed="",
    ),
    "aws_api_gateway_integration_response": Forces(
        arguments=("status_code",),
        file="apigateway/integration_response.go",
        replaced="",
        destroyed="the answer stays until a second deployment",
    ),
    "aws_api_gateway_gateway_response": Forces(
        arguments=(),
        file="apigateway/gateway_response.go",
        replaced="",
        destroyed="the answer stays until a second deployment",
    ),
    "aws_api_gateway_rest_api_policy": Forces(
        arguments=(),
        file="apigateway/rest_api_policy.go",
        replaced="",
        destroyed="it stays in force until a second deployment",
    ),
    "aws_api_gateway_method_settings": Forces(
        arguments=("stage_name", "method_path"),
        file="apigateway/method_settings.go",
        replaced="for a moment only the account's throttle holds",
        destroyed="the route falls back to the stage's throttle",
    ),
    "aws_api_gateway_usage_plan": Forces(
        arguments=(),
        file="apigateway/usage_plan.go",
        replaced="",
        destroyed="its keys open nothing; what they used of their quota is forgotten",
    ),
    "aws_api_gateway_api_key": Forces(
        # Another name is an update since pull request 33281: the key keeps its value, its plan and what it used.
        arguments=("value",),
        file="apigateway/api_key.go",
        replaced="another value: its holder gets 403 until told",
        destroyed="its holder gets 403",
    ),
    "aws_api_gateway_usage_plan_key": Forces(
        arguments=("usage_plan_id", "key_id"),
        file="apigateway/usage_plan_key.go",
        replaced="the key is in no plan for a moment; its quota begins anew",
        destroyed="the key is in no plan",
    ),
    "aws_api_gateway_authorizer": Forces(
        arguments=(),
        file="apigateway/authorizer.go",
        replaced="",
        destroyed="",
    ),
    "aws_api_gateway_domain_name": Forces(
        arguments=("domain_name",),
        file="apigateway/domain_name.go",
        replaced="another name; the DNS record must follow, and the old name answers no more",
        destroyed="the name answers no more",
    ),
    "aws_api_gateway_base_path_mapping": Forces(
        # `stage_name` is an update to the provider; constructs/gateway/domain.py has it replaced with its stage.
        arguments=("domain_name", "stage_name"),
        file="apigateway/base_path_mapping.go",
        replaced="the domain leads nowhere for a moment",
        destroyed="the domain leads nowhere",
    ),
    "aws_api_gateway_vpc_link": Forces(
        arguments=("target_arns",),
        file="apigateway/vpc_link.go",
        replaced="the new one is made first, which takes AWS minutes",
        destroyed="",
    ),
    "aws_apigatewayv2_vpc_link": Forces(
        arguments=("subnet_ids", "security_group_ids"),
        file="apigatewayv2/vpc_link.go",
        replaced="the new one is made first, which takes AWS minutes",
        destroyed="",
    ),
    "aws_wafv2_web_acl": Forces(
        # `name` would, but constructs/waf/web_acl.py has Terraform leave it.
        arguments=(),
        file="wafv2/web_acl.go",
        replaced="the stage is without WAF for a moment, and every count begins anew",
        destroyed="nothing limits a single IP any more",
    ),
    "aws_wafv2_ip_set": Forces(
        arguments=("name",),
        file="wafv2/ip_set.go",
        replaced="the new one is made first",
        destroyed="",
    ),
    "aws_wafv2_web_acl_association": Forces(
        arguments=("resource_arn", "web_acl_arn"),
        file="wafv2/web_acl_association.go",
        replaced="the stage is without WAF until this is there again, at the end of the deploy",
        destroyed="the stage is without WAF",
        flagged=True,
    ),
    "aws_cloudwatch_log_group": Forces(
        arguments=("name",),
        file="logs/group.go",
        replaced="what is in the old one is deleted",
        destroyed="what is in it is deleted",
    ),
    "aws_cloudwatch_metric_alarm": Forces(
        arguments=("alarm_name",),
        file="cloudwatch/metric_alarm.go",
        replaced="it begins without data",
        destroyed="nobody is woken by it",
    ),
    "aws_sns_topic": Forces(
        arguments=("name",),
        file="sns/topic.go",
        replaced="alarms go to the new one, which tells nobody until its subscriptions are confirmed",
        destroyed="",
        flagged=True,
    ),
    "aws_sns_topic_subscription": Forces(
        arguments=("topic_arn",),
        file="sns/topic_subscription.go",
        replaced="alarms tell nobody there until the link in AWS's new e-mail is followed",
        destroyed="no alarm is sent there any more",
        flagged=True,
    ),
    "aws_cloudwatch_dashboard": Forces(
        arguments=("dashboard_name",),
        file="cloudwatch/dashboard.go",
        replaced="another address in the console",
        destroyed="",
    ),
    "aws_iam_role": Forces(
        arguments=("name",),
        file="iam/role.go",
        replaced="",
        destroyed="",
    ),
    "aws_lambda_function": Forces(
        arguments=("function_name",),
        file="lambda/function.go",
        replaced="its route answers 500 for a moment",
        destroyed="",
    ),
    "aws_dynamodb_table": Forces(
        arguments=("name",),
        file="dynamodb/table.go",
        replaced="what everybody has used of a day's tokens or a month's money is forgotten",
        destroyed="nothing limits tokens, money and concurrent requests any more",
    ),
}
