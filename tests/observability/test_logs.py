"""Log groups, their writers and their readers, as Terraform JSON."""

import json
from pathlib import Path

import pytest

from constructs.observability import queries
from settings.observability.access_log import access_log_format
from tests.environment_files import MINIMAL, changed
from tests.observability.environments import EVERYTHING, KEY, LOGGED, WAF
from tests.synthesis import Rendered, rendered_text
from tests.waf.provider_schema import unknown_keys

OURS = (
    *("aws_api_gateway_account", "aws_cloudwatch_", "aws_iam_role", "aws_sns_topic"),
    "aws_wafv2_web_acl_logging_configuration",
)

# Terraform destroys such a group only after the stage has stopped writing to it.
AFTER_ITS_WRITERS = {"lifecycle": {"create_before_destroy": True}}


def resources(folder: Path, text: str) -> Rendered:
    found: Rendered = rendered_text(folder, text)["resource"]
    return found


def ours(folder: Path, text: str) -> Rendered:
    return {type_: named for type_, named in resources(folder, text).items() if type_.startswith(OURS)}


def test_without_the_table_there_is_nothing(tmp_path: Path) -> None:
    rendered = resources(tmp_path, MINIMAL)
    assert {type_ for type_ in rendered if type_.startswith(OURS)} == set()
    assert rendered["aws_api_gateway_stage"]["stage"] == {
        "deployment_id": "${aws_api_gateway_deployment.deployment.id}",
        "rest_api_id": "${aws_api_gateway_rest_api.api.id}",
        "stage_name": "test",
    }


def test_the_access_log_and_what_comes_with_it(tmp_path: Path) -> None:
    group = "${aws_cloudwatch_log_group.access_log.name}"
    assert ours(tmp_path, LOGGED) == {
        "aws_cloudwatch_log_group": {
            "access_log": {"name": "spillway/api/test/access-log", "retention_in_days": 30, **AFTER_ITS_WRITERS}
        },
        "aws_cloudwatch_log_metric_filter": {
            "limited_by_throttle": {
                "name": "Throttled",
                "log_group_name": group,
                "pattern": '{ $.errorResponseType = "THROTTLED" }',
                "metric_transformation": {
                    "name": "Throttled",
                    "namespace": "Spillway/api/test",
                    "value": "1",
                    "unit": "Count",
                    "default_value": "0",
                },
            },
            "throttled_by_route": {
                "name": "ThrottledByRoute",
                "log_group_name": group,
                "pattern": (
                    '{ ($.errorResponseType = "THROTTLED") && ($.httpMethod = "*") && ($.resourcePath = "*") }'
                ),
                "metric_transformation": {
                    "name": "ThrottledByRoute",
                    "namespace": "Spillway/api/test",
                    "value": "1",
                    "unit": "Count",
                    "dimensions": {"Method": "$.httpMethod", "Resource": "$.resourcePath"},
                },
            },
        },
        "aws_cloudwatch_query_definition": {
            "who_is_limited_and_by_what": {
                "name": "api/test/who-is-limited-and-by-what",
                "log_group_names": [group],
                "query_string": queries.WHO_IS_LIMITED,
            },
            "which_routes_are_limited_since_when": {
                "name": "api/test/which-routes-are-limited-since-when",
                "log_group_names": [group],
                "query_string": queries.LIMITED_ROUTES,
            },
            "is_it_us_or_the_backend": {
                "name": "api/test/is-it-us-or-the-backend",
                "log_group_names": [group],
                "query_string": queries.US_OR_THE_BACKEND,
            },
        },
    }


def test_the_stage_writes_the_access_log(tmp_path: Path) -> None:
    assert resources(tmp_path, LOGGED)["aws_api_gateway_stage"]["stage"]["access_log_settings"] == {
        "destination_arn": "${aws_cloudwatch_log_group.access_log.arn}",
        "format": access_log_format(),
    }


def test_each_limiting_layer_has_a_filter(tmp_path: Path) -> None:
    filters = resources(tmp_path, EVERYTHING)["aws_cloudwatch_log_metric_filter"]
    assert {name: filter_["pattern"] for name, filter_ in filters.items()} == {
        "limited_by_throttle": '{ $.errorResponseType = "THROTTLED" }',
        "limited_by_quota": '{ $.errorResponseType = "QUOTA_EXCEEDED" }',
        "limited_by_waf": '{ $.wafResponseCode = "WAF_BLOCK" }',
        **{
            name: f'{{ ({limited}) && ($.httpMethod = "*") && ($.resourcePath = "*") }}'
            for name, limited in (
                ("throttled_by_route", '$.errorResponseType = "THROTTLED"'),
                ("quota_exceeded_by_route", '$.errorResponseType = "QUOTA_EXCEEDED"'),
                ("waf_blocked_by_route", '$.wafResponseCode = "WAF_BLOCK"'),
            )
        },
    }
    # AWS allows three, and no default together with them.
    for name, filter_ in filters.items():
        transformation = filter_["metric_transformation"]
        assert ("dimensions" in transformation, "default_value" in transformation) == (
            name.endswith("_by_route"),
            not name.endswith("_by_route"),
        )


def test_metrics_and_queries_are_off_by_one_word(tmp_path: Path) -> None:
    text = LOGGED + "saved_queries = false\n[observability.access_log]\nmetrics = false"
    assert ours(tmp_path, text).keys() == {"aws_cloudwatch_log_group"}


def test_retention_and_key_of_a_group(tmp_path: Path) -> None:
    text = LOGGED + f'[observability.access_log]\nretention_in_days = 365\nkms_key_arn = "{KEY}"'
    assert resources(tmp_path, text)["aws_cloudwatch_log_group"] == {
        "access_log": {
            "name": "spillway/api/test/access-log",
            "retention_in_days": 365,
            "kms_key_id": KEY,
            **AFTER_ITS_WRITERS,
        }
    }


def test_the_execution_log_is_there_before_the_stage(tmp_path: Path) -> None:
    rendered = resources(tmp_path, LOGGED + '[observability.execution_log]\nlevel = "INFO"\nretention_in_days = 7')
    assert rendered["aws_cloudwatch_log_group"]["execution_log"] == {
        "name": "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.api.id}/test",
        "retention_in_days": 7,
        **AFTER_ITS_WRITERS,
    }
    assert rendered["aws_api_gateway_stage"]["stage"]["depends_on"] == ["aws_cloudwatch_log_group.execution_log"]


def test_every_method_repeats_what_it_would_lose(tmp_path: Path) -> None:
    settings = resources(tmp_path, EVERYTHING)["aws_api_gateway_method_settings"]
    watched = {"logging_level": "INFO", "data_trace_enabled": False, "metrics_enabled": True}
    assert {name: each["settings"] for name, each in settings.items()} == {
        "stage": {"throttling_rate_limit": 10, "throttling_burst_limit": 5, **watched},
        "post_chat": {"throttling_rate_limit": 2, "throttling_burst_limit": 3, **watched},
    }


def test_tracing_is_the_stages(tmp_path: Path) -> None:
    assert resources(tmp_path, EVERYTHING)["aws_api_gateway_stage"]["stage"]["xray_tracing_enabled"] is True


def test_the_role_is_there_before_the_stage(tmp_path: Path) -> None:
    rendered = resources(tmp_path, MINIMAL + '\n[observability]\naccount_role = "create"')
    role = rendered["aws_iam_role"]["api_gateway_logs"]
    assert role["name_prefix"] == "api-us-east-1-logs-"
    assert json.loads(role["assume_role_policy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    assert rendered["aws_iam_role_policy_attachment"]["api_gateway_logs"] == {
        "role": "${aws_iam_role.api_gateway_logs.name}",
        "policy_arn": "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    }
    assert rendered["aws_api_gateway_account"]["account"] == {
        "cloudwatch_role_arn": "${aws_iam_role.api_gateway_logs.arn}",
        "depends_on": ["aws_iam_role_policy_attachment.api_gateway_logs"],
    }
    assert rendered["aws_api_gateway_stage"]["stage"]["depends_on"] == ["aws_api_gateway_account.account"]


def test_an_existing_role_is_left_alone(tmp_path: Path) -> None:
    assert "aws_api_gateway_account" not in resources(tmp_path, LOGGED)


def test_the_waf_log(tmp_path: Path) -> None:
    rendered = resources(tmp_path, MINIMAL + WAF)
    assert rendered["aws_cloudwatch_log_group"] == {
        "waf_log": {"name": "aws-waf-logs-api", "retention_in_days": 30, **AFTER_ITS_WRITERS}
    }
    assert rendered["aws_wafv2_web_acl_logging_configuration"] == {
        "web_acl": {
            "resource_arn": "${aws_wafv2_web_acl.web_acl.arn}",
            "log_destination_configs": ["${aws_cloudwatch_log_group.waf_log.arn}"],
            "logging_filter": {
                "default_behavior": "DROP",
                "filter": [
                    {
                        "behavior": "KEEP",
                        "requirement": "MEETS_ANY",
                        "condition": [
                            {"action_condition": {"action": action}}
                            for action in ("BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT")
                        ],
                    }
                ],
            },
            "redacted_fields": [
                {"single_header": {"name": "authorization"}},
                {"single_header": {"name": "cookie"}},
                {"single_header": {"name": "x-api-key"}},
            ],
        }
    }
    assert rendered["aws_cloudwatch_query_definition"].keys() == {
        "whom_does_waf_block_by_which_rule",
        "whom_would_waf_block_by_which_rule",
    }


def test_sampled_requests_hide_the_same_headers(tmp_path: Path) -> None:
    assert resources(tmp_path, MINIMAL + WAF)["aws_wafv2_web_acl"]["web_acl"]["data_protection_config"] == {
        "data_protection": [
            {
                "action": "SUBSTITUTION",
                "field": {"field_type": "SINGLE_HEADER", "field_keys": ["authorization", "cookie", "x-api-key"]},
            }
        ]
    }


def test_no_header_is_protected_where_none_is_named(tmp_path: Path) -> None:
    rendered = resources(tmp_path, MINIMAL + WAF + "[observability]\nprotected_headers = []")
    assert "redacted_fields" not in rendered["aws_wafv2_web_acl_logging_configuration"]["web_acl"]
    assert "data_protection_config" not in rendered["aws_wafv2_web_acl"]["web_acl"]


@pytest.mark.parametrize("text", [LOGGED, EVERYTHING], ids=["logged", "everything"])
def test_the_provider_knows_every_key(tmp_path: Path, text: str) -> None:
    found = [
        key
        for type_, named in resources(tmp_path, text).items()
        for body in named.values()
        for key in unknown_keys(type_, body)
    ]
    assert found == []


def urls(folder: Path, text: str) -> dict[str, str]:
    output = rendered_text(folder, text)["output"]
    names = ("access_log_url", "dashboard_url", "execution_log_url", "waf_log_url")
    return {name: output[name]["value"] for name in names if name in output}


def test_outputs_link_to_the_console(tmp_path: Path) -> None:
    console = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
    group = f"{console}#logsV2:log-groups/log-group"
    assert urls(tmp_path, EVERYTHING) == {
        "access_log_url": f"{group}/spillway$252Fapi$252Ftest$252Faccess-log",
        "dashboard_url": f"{console}#dashboards/dashboard/api-us-east-1-test",
        "execution_log_url": f"{group}/API-Gateway-Execution-Logs_${{aws_api_gateway_rest_api.api.id}}$252Ftest",
        "waf_log_url": f"{group}/aws-waf-logs-api",
    }
    assert urls(tmp_path, MINIMAL) == {}


@pytest.mark.parametrize(
    ("region", "host"),
    [("cn-north-1", "console.amazonaws.cn"), ("us-gov-west-1", "console.amazonaws-us-gov.com")],
)
def test_other_partitions_have_consoles_of_their_own(tmp_path: Path, region: str, host: str) -> None:
    text = changed(region=f'region = "{region}"') + '\n[observability]\naccount_role = "existing"'
    assert urls(tmp_path, text) == {
        "access_log_url": f"https://{host}/cloudwatch/home?region={region}"
        "#logsV2:log-groups/log-group/spillway$252Fapi$252Ftest$252Faccess-log"
    }


def test_an_emulator_has_no_console(tmp_path: Path) -> None:
    text = changed(region='region = "us-east-1"\nendpoint_url = "http://127.0.0.1:4566"')
    assert urls(tmp_path, text + '\n[observability]\naccount_role = "existing"\ndashboard = true') == {}
