"""Alarms and their recipients, as Terraform JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.environment_files import MINIMAL
from tests.observability.environments import CHANNEL, EVERYTHING, KEY, LOGGED, OWN_LIMIT, TOPIC
from tests.synthesis import Rendered, rendered_text

STAGE = {"ApiName": "api", "Stage": "test"}
USUAL = {
    "comparison_operator": "GreaterThanThreshold",
    "evaluation_periods": 5,
    "datapoints_to_alarm": 3,
    "treat_missing_data": "notBreaching",
}
PAGES = USUAL | {"alarm_actions": [TOPIC], "ok_actions": [TOPIC]}
INFORMS = USUAL | {"alarm_actions": [CHANNEL], "ok_actions": [CHANNEL]}
ALARMS = f'\n[observability.alarms]\ntopic_arns = ["{TOPIC}"]\n'


def alarms(folder: Path, text: str) -> Rendered:
    found: Rendered = rendered_text(folder, text)["resource"].get("aws_cloudwatch_metric_alarm", {})
    return found


def share(metric: Rendered, requests: str) -> list[Rendered]:
    count = {"namespace": "AWS/ApiGateway", "metric_name": "Count", "dimensions": STAGE, "period": 60, "stat": "Sum"}
    return [
        {
            "id": "share",
            "label": "percent",
            "expression": f"IF(requests >= {requests}, 100 * FILL(part, 0) / requests, 0)",
            "return_data": True,
        },
        {"id": "part", "metric": {**metric, "period": 60, "stat": "Sum"}},
        {"id": "requests", "metric": count},
    ]


def test_no_table_no_alarm(tmp_path: Path) -> None:
    assert alarms(tmp_path, LOGGED) == {}


def of_chat(namespace: str, name: str, dimensions: Mapping[str, str] = MappingProxyType({})) -> Rendered:
    of_route = {**dimensions, "Method": "POST", "Resource": "/chat"}
    return {"namespace": namespace, "metric_name": name, "dimensions": of_route, "period": 60, "stat": "Sum"}


def test_every_alarm(tmp_path: Path) -> None:
    text = EVERYTHING.replace('emails = ["ops@example.com"]', f'informational_topic_arns = ["{CHANNEL}"]')
    assert alarms(tmp_path, text) == {
        "throttled": {
            "alarm_name": "api-test-throttled",
            "alarm_description": "More than 5 % of requests are throttled",
            "threshold": 5,
            "metric_query": share({"namespace": "Spillway/api/test", "metric_name": "Throttled"}, "100"),
            **INFORMS,
        },
        "server_errors": {
            "alarm_name": "api-test-server-errors",
            "alarm_description": "More than 1 % of answers are 5XX",
            "threshold": 1,
            "metric_query": share(
                {"namespace": "AWS/ApiGateway", "metric_name": "5XXError", "dimensions": STAGE}, "100"
            ),
            **PAGES,
        },
        "latency": {
            "alarm_name": "api-test-latency",
            "alarm_description": "1 % of requests take longer than 25000 ms",
            "threshold": 25000,
            "namespace": "AWS/ApiGateway",
            "metric_name": "Latency",
            "dimensions": STAGE,
            "period": 60,
            "extended_statistic": "p99",
            "evaluate_low_sample_count_percentiles": "ignore",
            **PAGES,
        },
        "integration_latency": {
            "alarm_name": "api-test-integration-latency",
            "alarm_description": "1 % of calls of the backend take longer than 25000 ms",
            "threshold": 25000,
            "namespace": "AWS/ApiGateway",
            "metric_name": "IntegrationLatency",
            "dimensions": STAGE,
            "period": 60,
            "extended_statistic": "p99",
            "evaluate_low_sample_count_percentiles": "ignore",
            **PAGES,
        },
        "waf_blocked": {
            "alarm_name": "api-test-waf-blocked",
            "alarm_description": "WAF blocked more than 1000 requests in 60 s",
            "threshold": 1000,
            "namespace": "AWS/WAFV2",
            "metric_name": "BlockedRequests",
            "dimensions": {"WebACL": "api", "Rule": "ALL", "Region": "us-east-1"},
            "period": 60,
            "statistic": "Sum",
            **INFORMS,
        },
        "near_limit_post_chat": {
            "alarm_name": "api-test-near-limit-post-chat",
            "alarm_description": "POST /chat uses more than 80 % of its 2 requests per second",
            "threshold": 96,
            "metric_query": [
                {
                    "id": "let_through",
                    "label": "requests",
                    "expression": "requests - FILL(throttle, 0) - FILL(quota, 0)",
                    "return_data": True,
                },
                {"id": "requests", "metric": of_chat("AWS/ApiGateway", "Count", STAGE)},
                {"id": "throttle", "metric": of_chat("Spillway/api/test", "ThrottledByRoute")},
                {"id": "quota", "metric": of_chat("Spillway/api/test", "QuotaExceededByRoute")},
            ],
            **INFORMS,
        },
    }


@pytest.mark.parametrize(
    ("field", "alarm"),
    [
        ("throttled_percent", "throttled"),
        ("server_error_percent", "server_errors"),
        ("latency_p99_ms", "latency"),
        ("integration_latency_p99_ms", "integration_latency"),
        ("waf_blocked_requests", "waf_blocked"),
        ("near_limit_percent", "near_limit_post_chat"),
    ],
)
def test_each_is_off_by_one_word(tmp_path: Path, field: str, alarm: str) -> None:
    every = alarms(tmp_path, EVERYTHING).keys()
    assert alarms(tmp_path, EVERYTHING + f'{field} = "off"').keys() == every - {alarm}


def test_what_cannot_be_seen_has_no_alarm(tmp_path: Path) -> None:
    text = MINIMAL + OWN_LIMIT + ALARMS
    assert alarms(tmp_path, text).keys() == {"server_errors", "latency", "integration_latency"}


def test_thresholds_and_periods_come_from_the_file(tmp_path: Path) -> None:
    lines = (
        "throttled_percent = 0.5\nminimum_requests = 100\nperiod_sec = 300\nevaluation_periods = 2\n"
        "datapoints_to_alarm = 1"
    )
    alarm = alarms(tmp_path, LOGGED + ALARMS + lines)["throttled"]
    assert alarm["threshold"] == 0.5
    assert (alarm["evaluation_periods"], alarm["datapoints_to_alarm"]) == (2, 1)
    assert alarm["metric_query"][0]["expression"] == "IF(requests >= 100, 100 * FILL(part, 0) / requests, 0)"
    assert [query["metric"]["period"] for query in alarm["metric_query"][1:]] == [300, 300]


def test_a_route_near_its_limit_is_judged_by_the_minute(tmp_path: Path) -> None:
    alarm = alarms(tmp_path, EVERYTHING + "period_sec = 300\nnear_limit_percent = 50")["near_limit_post_chat"]
    assert alarm["threshold"] == 60
    assert {query["metric"]["period"] for query in alarm["metric_query"][1:]} == {60}


def test_a_route_near_its_limit_counts_refused_requests_where_nothing_tells_them_apart(tmp_path: Path) -> None:
    text = EVERYTHING.replace(
        "[observability.alarms]", "[observability.access_log]\nmetrics = false\n[observability.alarms]"
    )
    queries = alarms(tmp_path, text)["near_limit_post_chat"]["metric_query"]
    assert [query["id"] for query in queries] == ["let_through", "requests"]
    assert queries[0]["expression"] == "requests"


def test_own_topic_and_its_subscriptions(tmp_path: Path) -> None:
    lines = f'emails = ["ops@example.com", "Night.Shift@example.com"]\nkms_key_arn = "{KEY}"'
    rendered = rendered_text(tmp_path, LOGGED + ALARMS + lines)["resource"]
    assert rendered["aws_sns_topic"] == {"alarms": {"name": "api-test-alarms", "kms_master_key_id": KEY}}
    topic = "${aws_sns_topic.alarms.arn}"
    assert rendered["aws_sns_topic_subscription"] == {
        "ops_example_com": {"topic_arn": topic, "protocol": "email", "endpoint": "ops@example.com"},
        "night_shift_example_com": {"topic_arn": topic, "protocol": "email", "endpoint": "Night.Shift@example.com"},
    }
    made = rendered["aws_cloudwatch_metric_alarm"]
    assert made["server_errors"]["alarm_actions"] == made["server_errors"]["ok_actions"] == [TOPIC, topic]
    assert not {"alarm_actions", "ok_actions"} & made["throttled"].keys()


def test_what_only_informs_has_a_topic_of_its_own(tmp_path: Path) -> None:
    lines = f'emails = ["ops@example.com"]\ninformational_emails = ["ops@example.com"]\nkms_key_arn = "{KEY}"'
    rendered = rendered_text(tmp_path, LOGGED + ALARMS + lines)["resource"]
    assert rendered["aws_sns_topic"] == {
        "alarms": {"name": "api-test-alarms", "kms_master_key_id": KEY},
        "informational_alarms": {"name": "api-test-informational-alarms", "kms_master_key_id": KEY},
    }
    assert {name: made["topic_arn"] for name, made in rendered["aws_sns_topic_subscription"].items()} == {
        "ops_example_com": "${aws_sns_topic.alarms.arn}",
        "informational_ops_example_com": "${aws_sns_topic.informational_alarms.arn}",
    }
    made = rendered["aws_cloudwatch_metric_alarm"]
    assert made["throttled"]["alarm_actions"] == ["${aws_sns_topic.informational_alarms.arn}"]
    assert made["latency"]["alarm_actions"] == [TOPIC, "${aws_sns_topic.alarms.arn}"]


def test_both_may_be_variables(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, LOGGED + ALARMS + 'emails = "variable"\ninformational_emails = "variable"')
    assert rendered["variable"].keys() == {"alarm_emails", "informational_alarm_emails"}
    subscribed = rendered["resource"]["aws_sns_topic_subscription"]["informational_alarm_emails"]
    assert subscribed["for_each"] == "${toset(var.informational_alarm_emails)}"


def test_the_end_of_an_alarm_need_not_be_told(tmp_path: Path) -> None:
    made = alarms(tmp_path, LOGGED + ALARMS + "ok_actions = false")["server_errors"]
    assert made["alarm_actions"] == [TOPIC]
    assert "ok_actions" not in made


def test_the_addresses_may_be_a_variable(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, LOGGED + ALARMS + 'emails = "variable"')
    assert rendered["resource"]["aws_sns_topic_subscription"] == {
        "alarm_emails": {
            "for_each": "${toset(var.alarm_emails)}",
            "topic_arn": "${aws_sns_topic.alarms.arn}",
            "protocol": "email",
            "endpoint": "${each.value}",
        }
    }
    variable = rendered["variable"]["alarm_emails"]
    assert (variable["type"], variable["nullable"]) == ("list(string)", False)
    assert "default" not in variable
    (validation,) = variable["validation"]
    assert validation["condition"].startswith("${length(var.alarm_emails) > 0 && alltrue(")


def test_without_anyone_to_tell_there_is_no_action(tmp_path: Path) -> None:
    for alarm in alarms(tmp_path, MINIMAL + "[observability.alarms]").values():
        assert "alarm_actions" not in alarm
        assert "ok_actions" not in alarm


def test_the_dashboard_shows_every_alarm(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path, EVERYTHING)["resource"]
    dashboard = rendered["aws_cloudwatch_dashboard"]["stage"]
    assert dashboard["dashboard_name"] == "api-us-east-1-test"
    (widget,) = [each for each in json.loads(dashboard["dashboard_body"])["widgets"] if each["type"] == "alarm"]
    assert widget["properties"]["alarms"] == [
        f"${{aws_cloudwatch_metric_alarm.{name}.arn}}"
        for name in (
            *("throttled", "server_errors", "latency", "integration_latency", "waf_blocked"),
            "near_limit_post_chat",
        )
    ]


METERED = (
    '[routes.integration]\ntype = "http"\nurl = "https://llm.example.com"\n'
    '[[token_limits]]\nname = "a"\nby = "ip"\ntokens_per_minute = 100\n'
)


def test_a_table_that_cannot_be_asked_rings(tmp_path: Path) -> None:
    found = rendered_text(tmp_path, f"{MINIMAL}{METERED}[observability.alarms]\n")["resource"]
    alarm = found["aws_cloudwatch_metric_alarm"]["limiter_unavailable"]
    assert (alarm["namespace"], alarm["metric_name"], alarm["threshold"]) == (
        "Spillway/api/test",
        "LimiterUnavailable",
        5,
    )
    off = rendered_text(tmp_path, f'{MINIMAL}{METERED}[observability.alarms]\nlimiter_unavailable = "off"\n')
    assert "limiter_unavailable" not in off["resource"].get("aws_cloudwatch_metric_alarm", {})


def test_no_such_alarm_without_limits_in_tokens(tmp_path: Path) -> None:
    found = rendered_text(tmp_path, f"{MINIMAL}[observability.alarms]\n")["resource"]
    assert "limiter_unavailable" not in found["aws_cloudwatch_metric_alarm"]
