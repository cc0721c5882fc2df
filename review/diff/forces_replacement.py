"""Which arguments make Terraform replace a resource instead of changing it, and what callers or operators notice.

From the schemas of the AWS provider, `ForceNew`, read 2026-11 in github.com/hashicorp/terraform-provider-aws under
`internal/service/`, in the file given for each; usage_plan.go, authorizer.go and lambda/function.go from the provider's
documentation. The stacks use version 6.25.0. Everything that is not listed changes in place: an API's name, its
endpoint type, a throttle, a quota, a rule of a web ACL, the addresses of an IP set.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Forces:
    """One type of resource."""

    arguments: tuple[str, ...]
    """Those that can differ between two environment files."""

    file: str

    replaced: str
    """The effect of a replacement."""

    destroyed: str
    """The effect of its removal."""

    flagged: bool = False
    """Whether a replacement needs attention."""


REGION = "region"
"""Forces the replacement of every Regional resource since version 6 of the provider: a provider in another Region
replaces them all (`forceNewIfRegionChanges` in internal/provider/sdkv2/). A role is global and stays."""

FORCES: dict[str, Forces] = {
    "aws_api_gateway_stage": Forces(
        arguments=("stage_name",),
        file="apigateway/stage.go",
        replaced="another URL; the old one answers 403, and counts of throttles and quotas start again",
        destroyed="the URL answers 403",
    ),
    "aws_api_gateway_client_certificate": Forces(
        arguments=(),
        file="apigateway/client_certificate.go",
        replaced="",
        destroyed="backends that require it refuse the API's calls",
    ),
    "aws_api_gateway_deployment": Forces(
        arguments=("triggers",),
        file="apigateway/deployment.go",
        replaced="the new one is created first, and the stage moves to it: callers see the new routes, without a gap",
        destroyed="",
    ),
    "aws_api_gateway_method": Forces(
        arguments=("http_method",),
        file="apigateway/method.go",
        replaced="",
        destroyed="the route continues to answer, without its own throttle, until a second deployment",
    ),
    "aws_api_gateway_integration": Forces(
        arguments=("type", "integration_http_method", "credentials", "passthrough_behavior"),
        file="apigateway/integration.go",
        replaced="deleted right after it is created, since AWS has one for each method (issue 21907)",
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
        replaced="for a moment only the account's throttle applies",
        destroyed="the route falls back to the stage's throttle",
    ),
    "aws_api_gateway_usage_plan": Forces(
        arguments=(),
        file="apigateway/usage_plan.go",
        replaced="",
        destroyed="its keys no longer work; what they used of their quota is lost",
    ),
    "aws_api_gateway_api_key": Forces(
        # A new name has been an update since pull request 33281: the key keeps its value, its plan and its usage.
        arguments=("value",),
        file="apigateway/api_key.go",
        replaced="another value: the old one gets 403",
        destroyed="its holder gets 403",
    ),
    "aws_api_gateway_usage_plan_key": Forces(
        arguments=("usage_plan_id", "key_id"),
        file="apigateway/usage_plan_key.go",
        replaced="the key is in no plan for a moment; its quota starts again",
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
        replaced="another name; the DNS record must change, and the old name no longer answers",
        destroyed="the name no longer answers",
    ),
    "aws_api_gateway_base_path_mapping": Forces(
        # To the provider, `stage_name` is an update. constructs/gateway/domain.py makes it replace the mapping with its
        # stage.
        arguments=("domain_name", "stage_name"),
        file="apigateway/base_path_mapping.go",
        replaced="the domain leads nowhere for a moment",
        destroyed="the domain leads nowhere",
    ),
    "aws_api_gateway_vpc_link": Forces(
        arguments=("target_arns",),
        file="apigateway/vpc_link.go",
        replaced="the new one is created first, which takes minutes",
        destroyed="",
    ),
    "aws_apigatewayv2_vpc_link": Forces(
        arguments=("subnet_ids", "security_group_ids"),
        file="apigatewayv2/vpc_link.go",
        replaced="the new one is created first, which takes minutes",
        destroyed="",
    ),
    "aws_wafv2_web_acl": Forces(
        # `name` would, but constructs/waf/web_acl.py makes Terraform ignore it.
        arguments=(),
        file="wafv2/web_acl.go",
        replaced="the stage is without WAF for a moment, and every count starts again",
        destroyed="single IPs are no longer limited",
    ),
    "aws_wafv2_ip_set": Forces(
        arguments=("name",),
        file="wafv2/ip_set.go",
        replaced="the new one is created first",
        destroyed="",
    ),
    "aws_wafv2_web_acl_association": Forces(
        arguments=("resource_arn", "web_acl_arn"),
        file="wafv2/web_acl_association.go",
        replaced="the stage is without WAF until the end of the deploy",
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
        replaced="it starts without data",
        destroyed="it no longer notifies anyone",
    ),
    "aws_sns_topic": Forces(
        arguments=("name",),
        file="sns/topic.go",
        replaced="alarms go to the new one, which notifies no one until its subscriptions are confirmed",
        destroyed="",
        flagged=True,
    ),
    "aws_sns_topic_subscription": Forces(
        arguments=("topic_arn",),
        file="sns/topic_subscription.go",
        replaced="alarms reach no one there until the link in AWS's new e-mail is followed",
        destroyed="alarms are no longer sent there",
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
        replaced="what callers have used of a day's tokens or a month's money is lost",
        destroyed="tokens, money and concurrent requests are no longer limited",
    ),
}
