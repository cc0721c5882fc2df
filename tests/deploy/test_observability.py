"""What the emulator stores of logs, metrics, alarms and the dashboard, read with AWS's own client."""

import json
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from constructs.observability.dashboard_body import dashboard_body
from demo.emulator import emulator_client
from settings.observability.access_log import access_log_format
from tests.deploy.aws_double.double import Double
from tests.deploy.deployed import Deployed
from tests.synthesis import rendered

Client = Callable[[str], Any]

WAF_LOG = "aws-waf-logs-everything"
ACCESS_LOG, TOPIC = "spillway/everything/test/access-log", "arn:aws:sns:us-east-1:000000000000:everything-test-alarms"


def rest_api(everything: Deployed) -> str:
    return str(everything.resources["aws_api_gateway_rest_api.api"]["id"])


def stage(everything: Deployed, client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client("apigateway").get_stage(restApiId=rest_api(everything), stageName="test")
    return found


def test_log_groups_and_for_how_long_they_keep(everything: Deployed, client: Client) -> None:
    groups = {group["logGroupName"]: group for group in client("logs").describe_log_groups()["logGroups"]}
    api = rest_api(everything)
    kept = {name: group["retentionInDays"] for name, group in groups.items() if "everything" in name or api in name}
    assert kept == {
        ACCESS_LOG: 30,
        f"API-Gateway-Execution-Logs_{api}/test": 7,
        "/aws/lambda/everything-post_function": 30,
        WAF_LOG: 30,
    }


def test_the_web_acl_writes_its_log(everything: Deployed, client: Client) -> None:
    arn = everything.resources["aws_wafv2_web_acl.web_acl"]["arn"]
    configuration = client("wafv2").get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
    (destination,) = configuration["LogDestinationConfigs"]
    assert destination.endswith(f":log-group:{WAF_LOG}")


def test_saved_queries(everything: Deployed, client: Client) -> None:
    found = client("logs").describe_query_definitions(queryDefinitionNamePrefix="everything/")["queryDefinitions"]
    asked = rendered(everything.environment)["resource"]["aws_cloudwatch_query_definition"].values()
    assert {each["name"]: each["queryString"] for each in found} == {
        each["name"]: each["query_string"] for each in asked
    }
    assert found


def test_metric_filters_of_the_access_log(everything: Deployed, client: Client) -> None:
    filters = client("logs").describe_metric_filters(logGroupName=ACCESS_LOG)["metricFilters"]
    asked = rendered(everything.environment)["resource"]["aws_cloudwatch_log_metric_filter"].values()
    assert {each["filterName"]: each["filterPattern"] for each in filters} == {
        each["name"]: each["pattern"] for each in asked
    }
    assert {"Throttled", "QuotaExceeded", "WafBlocked"} <= {each["filterName"] for each in filters}
    for each in filters:
        (made,) = each["metricTransformations"]
        assert made["metricNamespace"] == "Spillway/everything/test"
        assert (made["metricName"], made["metricValue"]) == (each["filterName"], "1")


def test_the_access_log_of_the_stage(everything: Deployed, client: Client) -> None:
    settings = stage(everything, client)["accessLogSettings"]
    assert settings["destinationArn"].endswith(f":log-group:{ACCESS_LOG}")
    assert settings["format"] == access_log_format()
    assert stage(everything, client)["tracingEnabled"] is True


def test_logging_and_metrics_of_every_method_with_settings(everything: Deployed, client: Client) -> None:
    methods = stage(everything, client)["methodSettings"]
    watched = {path: (it["loggingLevel"], it["dataTraceEnabled"], it["metricsEnabled"]) for path, it in methods.items()}
    own = ("v1/chat/completions/POST", "v1/models/GET", "streaming/v1/chat/completions/POST")
    # A method's own settings replace the stage's, so they must repeat everything.
    assert watched == dict.fromkeys(("*/*", *own), ("INFO", False, True))


def test_api_gateway_may_write_logs(everything: Deployed, client: Client) -> None:
    arn = client("apigateway").get_account()["cloudwatchRoleArn"]
    policies = client("iam").list_attached_role_policies(RoleName=arn.rpartition("/")[2])["AttachedPolicies"]
    assert [each["PolicyName"] for each in policies] == ["AmazonAPIGatewayPushToCloudWatchLogs"]
    assert everything.resources["aws_iam_role.api_gateway_logs"]["arn"] == arn


def test_alarms_look_where_they_should_and_tell_the_topic(everything: Deployed, client: Client) -> None:
    found = client("cloudwatch").describe_alarms(AlarmNamePrefix="everything-test-")["MetricAlarms"]
    # The emulator stores no metrics for alarms on an expression (throttled, server-errors, near-limit).
    watched = {each["AlarmName"].removeprefix("everything-test-"): each for each in found}
    assert {
        name: (each["Namespace"], each["MetricName"], each["Threshold"], each.get("ExtendedStatistic"))
        for name, each in watched.items()
    } == {
        "throttled": ("", "", 5, None),
        "server-errors": ("", "", 1, None),
        "latency": ("AWS/ApiGateway", "Latency", 25_000, "p99"),
        "integration-latency": ("AWS/ApiGateway", "IntegrationLatency", 25_000, "p99"),
        "waf-blocked": ("AWS/WAFV2", "BlockedRequests", 1000, None),
        # 80 % of a minute at 1 and at 20 requests per second.
        "near-limit-post-v1-chat-completions": ("", "", 48, None),
        "near-limit-post-streaming-v1-chat-completions": ("", "", 960, None),
    }
    pages = {"server-errors", "latency", "integration-latency"}
    for name, each in watched.items():
        told = TOPIC if name in pages else TOPIC.replace("test-alarms", "test-informational-alarms")
        assert each["AlarmActions"] == each["OKActions"] == [told]
        assert (each["TreatMissingData"], each["ComparisonOperator"]) == ("notBreaching", "GreaterThanThreshold")
        assert (each["EvaluationPeriods"], each["DatapointsToAlarm"]) == (5, 3)
    assert everything.environment.observability.alarms


def test_the_topic_has_its_subscriber(everything: Deployed, client: Client) -> None:
    found = client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    assert [(each["Protocol"], each["Endpoint"]) for each in found] == [("email", "ops@example.com")]
    assert everything.resources["aws_sns_topic.alarms"]["arn"] == TOPIC


def test_the_dashboard_is_the_one_that_was_made(everything: Deployed, client: Client) -> None:
    body = json.loads(client("cloudwatch").get_dashboard(DashboardName="everything-us-east-1-test")["DashboardBody"])
    alarms = client("cloudwatch").describe_alarms(AlarmNamePrefix="everything-test-")["MetricAlarms"]
    rings = next(widget for widget in body["widgets"] if widget["type"] == "alarm")["properties"]["alarms"]
    assert sorted(rings) == sorted(alarm["AlarmArn"] for alarm in alarms)
    assert body == dashboard_body(everything.environment, rings)


@pytest.mark.parametrize(
    ("service", "call", "arguments", "answer"),
    [
        pytest.param("logs", "describe_query_definitions", {}, "Unknown action", id="saved queries"),
        pytest.param(
            "wafv2", "list_logging_configurations", {"Scope": "REGIONAL"}, "Unknown WAF action", id="WAF's log"
        ),
    ],
)
def test_what_the_emulator_lacks(
    double: Double, service: str, call: str, arguments: dict[str, str], answer: str
) -> None:
    """Because of this, `saved_queries` and `waf_log` are off by default with `aws.endpoint_url`, so that the demo
    works.
    """
    with pytest.raises(botocore.exceptions.ClientError, match=answer):
        getattr(emulator_client(double.emulator, service), call)(**arguments)
