"""Names that we take from AWS, compared with botocore's service models if these contain them."""

import re
from pathlib import Path
from typing import get_args

import botocore.session

from settings.metrics import (
    API_GATEWAY,
    WAF,
    ApiMetric,
    Metric,
    route_metric,
    stage_metric,
    waf_blocked_metric,
)
from settings.observability.log_group import RetentionInDays
from settings.observability.waf_log import KEPT_ACTIONS
from settings.watched import execution_log_group, waf_log_group
from tests.aws.metrics import DOCUMENTED_DIMENSIONS, DOCUMENTED_METRICS
from tests.environment_files import environment
from tests.observability.environments import EVERYTHING


def documentation(service: str, shape: str, member: str) -> str:
    model = botocore.session.get_session().get_service_model(service)
    text: str = model.shape_for(shape).members[member].documentation
    return text


def test_retention_is_what_cloudwatch_logs_takes() -> None:
    text = documentation("logs", "PutRetentionPolicyRequest", "retentionInDays")
    listed = re.search(r"Possible values are: ([\d, and]+)\.", text)
    assert listed
    assert [int(days) for days in re.findall(r"\d+", listed[1])] == list(get_args(RetentionInDays))


def test_waf_keeps_every_action_but_those_that_let_through() -> None:
    model = botocore.session.get_session().get_service_model("wafv2")
    assert set(KEPT_ACTIONS) <= set(model.shape_for("ActionValue").enum)
    assert "ALLOW" not in KEPT_ACTIONS


def metrics(folder: Path) -> list[Metric]:
    settings = environment(folder, EVERYTHING)
    names: tuple[ApiMetric, ...] = get_args(ApiMetric)
    return [
        *(stage_metric(settings, name) for name in names),
        *(route_metric(settings, route, name) for name in names for route in settings.routes),
        waf_blocked_metric(settings),
    ]


def test_every_metric_and_its_dimensions_are_documented(tmp_path: Path) -> None:
    found = metrics(tmp_path)
    assert {metric.namespace for metric in found} == {API_GATEWAY, WAF}
    for metric in found:
        assert metric.name in DOCUMENTED_METRICS[metric.namespace]
        assert frozenset(metric.dimensions) in DOCUMENTED_DIMENSIONS[metric.namespace]


def test_log_groups_that_aws_names(tmp_path: Path) -> None:
    settings = environment(tmp_path, EVERYTHING)
    assert execution_log_group(settings, "abc123") == "API-Gateway-Execution-Logs_abc123/test"
    assert waf_log_group(settings) == "aws-waf-logs-api"
