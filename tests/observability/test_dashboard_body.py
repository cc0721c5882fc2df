"""The dashboard's JSON has the structure that CloudWatch documents, and answers the operator's questions."""

import json
import re
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from constructs.observability.dashboard_body import dashboard_body
from settings.layer import Layer
from tests.aws.metrics import DOCUMENTED_DIMENSIONS, DOCUMENTED_METRICS
from tests.environment_files import MINIMAL, ROOT, environment
from tests.observability.environments import EVERYTHING, LOGGED, OWN_LIMIT, WAF
from tests.refusals import refusals

STRUCTURE = json.loads((ROOT / "tests/aws/dashboard_structure.json").read_text(encoding="utf-8"))
TEXTS = {"minimal": MINIMAL, "waf": MINIMAL + WAF, "logged": LOGGED, "everything": EVERYTHING}

Body = dict[str, Any]


@pytest.fixture(params=list(TEXTS.values()), ids=list(TEXTS))
def body(request: pytest.FixtureRequest, tmp_path: Path) -> Body:
    return dashboard_body(environment(tmp_path, request.param), ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"])


def widgets(body: Body, type_: str) -> list[Body]:
    return [widget for widget in body["widgets"] if widget["type"] == type_]


def titled(body: Body, title: str) -> Body:
    found: list[Body] = [widget for widget in body["widgets"] if widget["properties"].get("title") == title]
    assert len(found) == 1
    return found[0]


def questions(body: Body) -> list[str]:
    return [widget["properties"]["markdown"] for widget in widgets(body, "text")]


def test_the_structure_is_itself_a_schema() -> None:
    Draft202012Validator.check_schema(STRUCTURE)


def test_it_has_the_documented_structure(body: Body) -> None:
    assert [error.message for error in Draft202012Validator(STRUCTURE).iter_errors(body)] == []


@pytest.mark.parametrize(
    "change",
    [
        {"type": "metrics"},
        {"width": 25},
        {"colour": "red"},
        {"properties": {"query": "fields @message", "region": "us-east-1"}},
        {"properties": {"query": "SOURCE 'a' | fields @message"}},
    ],
)
def test_the_structure_refuses_what_is_not_documented(tmp_path: Path, change: Body) -> None:
    body = dashboard_body(environment(tmp_path, LOGGED), [])
    log = widgets(body, "log")[0]
    log.update(change)
    assert not Draft202012Validator(STRUCTURE).is_valid(body)


def test_widgets_fill_the_grid_without_overlap(body: Body) -> None:
    cells = [
        {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        for widget in body["widgets"]
    ]
    assert max(x for taken in cells for x, _ in taken) == 23
    assert all(first.isdisjoint(second) for first, second in combinations(cells, 2))
    assert all(first["y"] <= second["y"] for first, second in pairwise(body["widgets"]))


def test_every_id_is_used_once_and_every_used_id_is_there(body: Body) -> None:
    for widget in widgets(body, "metric"):
        renderings = [line[-1] for line in widget["properties"]["metrics"]]
        ids = [rendering["id"] for rendering in renderings if "id" in rendering]
        assert len(set(ids)) == len(ids)
        used = {
            name for rendering in renderings for name in re.findall(r"\b[a-z]\w*\b", rendering.get("expression", ""))
        }
        assert used <= set(ids)


def test_every_metric_is_aws_own_or_made_by_our_filters(body: Body) -> None:
    for widget in widgets(body, "metric"):
        for line in widget["properties"]["metrics"]:
            if len(line) == 1:
                continue
            namespace, name, *dimensions = line[:-1]
            if namespace == "Spillway/api/test":
                assert name in {name for layer in Layer for name in (layer.metric, layer.metric_by_route)}
            else:
                assert name in DOCUMENTED_METRICS[namespace]
                assert frozenset(dimensions[::2]) in DOCUMENTED_DIMENSIONS[namespace]


def test_one_row_for_each_question(tmp_path: Path) -> None:
    assert questions(dashboard_body(environment(tmp_path, EVERYTHING), ["arn"])) == [
        "## Is anything ringing?",
        "## How much traffic is there, against the limit?",
        "## Who is limited, and by which layer?",
        "## How long do callers wait?",
        "## What fails?",
        "## Which IPs does WAF block?",
    ]
    assert questions(dashboard_body(environment(tmp_path, MINIMAL), [])) == [
        "## How much traffic is there, against the limit?",
        "## Who is limited, and by which layer?",
        "## How long do callers wait?",
        "## What fails?",
    ]


def test_more_alarms_than_one_widget_takes(tmp_path: Path) -> None:
    arns = [f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{number}" for number in range(201)]
    body = dashboard_body(environment(tmp_path, MINIMAL), arns)
    assert [error.message for error in Draft202012Validator(STRUCTURE).iter_errors(body)] == []
    assert [arn for widget in widgets(body, "alarm") for arn in widget["properties"]["alarms"]] == arns


def many(routes: int, more: str = "") -> str:
    listed = "".join(f'[[routes]]\nmethod = "GET"\npath = "/{number}"\n' for number in range(1, routes))
    return f"{MINIMAL}\n{listed}\n[observability]\ndashboard = true\n{more}"


def test_more_routes_than_one_widget_draws_are_refused(tmp_path: Path) -> None:
    detailed = "detailed_metrics = true"
    body = dashboard_body(environment(tmp_path, many(250, detailed)), [])
    assert [error.message for error in Draft202012Validator(STRUCTURE).iter_errors(body)] == []
    assert refusals(tmp_path, many(251, detailed)) == [
        (
            "observability.dashboard = true: a CloudWatch widget draws at most 500 metrics, but 251 routes with "
            "detailed_metrics need two each; turn one of the two off"
        )
    ]
    assert environment(tmp_path, many(251))


def test_the_limit_is_a_line_in_the_traffic(tmp_path: Path) -> None:
    traffic = titled(dashboard_body(environment(tmp_path, MINIMAL), []), "All routes")["properties"]
    assert traffic["metrics"] == [
        ["AWS/ApiGateway", "Count", "ApiName", "api", "Stage", "test", {"id": "requests", "visible": False}],
        [{"expression": "requests / PERIOD(requests)", "label": "requests per second", "id": "rate"}],
    ]
    assert traffic["annotations"] == {
        "horizontal": [{"label": "stage rate_limit, of each route", "value": 10.0, "color": "#d62728", "fill": "above"}]
    }


def test_each_route_is_drawn_with_its_own_limit(tmp_path: Path) -> None:
    text = MINIMAL + OWN_LIMIT + '[[routes]]\nmethod = "GET"\npath = "/m"\n[observability]\ndetailed_metrics = true'
    routes = titled(dashboard_body(environment(tmp_path, text), []), "Each route")["properties"]
    assert routes["metrics"][:2] == [
        [
            *("AWS/ApiGateway", "Count", "ApiName", "api", "Stage", "test", "Method", "POST", "Resource", "/chat"),
            {"id": "m0", "visible": False},
        ],
        [{"expression": "m0 / PERIOD(m0)", "label": "POST /chat", "id": "r0"}],
    ]
    limits = {line["label"]: line["value"] for line in routes["annotations"]["horizontal"]}
    assert limits == {"POST /chat rate_limit": 2.0, "stage rate_limit": 10.0}


def test_layers_are_told_apart_where_the_access_log_is(tmp_path: Path) -> None:
    assert titled(dashboard_body(environment(tmp_path, EVERYTHING), []), "By layer")["properties"]["metrics"] == [
        ["Spillway/api/test", "Throttled", {"label": "throttle"}],
        ["Spillway/api/test", "QuotaExceeded", {"label": "quota"}],
        ["Spillway/api/test", "WafBlocked", {"label": "WAF"}],
    ]


def test_without_the_access_log_nothing_is_claimed(tmp_path: Path) -> None:
    refused = titled(dashboard_body(environment(tmp_path, MINIMAL + WAF), []), "Refused requests")["properties"]
    assert refused["metrics"] == [
        ["AWS/ApiGateway", "4XXError", "ApiName", "api", "Stage", "test", {"label": "4XX, whatever the reason"}],
        [
            *("AWS/WAFV2", "BlockedRequests", "WebACL", "api", "Rule", "ALL", "Region", "us-east-1"),
            {"label": "WAF"},
        ],
    ]


def test_blocked_addresses_come_from_wafs_log(tmp_path: Path) -> None:
    blocked = titled(dashboard_body(environment(tmp_path, MINIMAL + WAF), []), "Blocked by WAF")
    assert blocked["properties"]["query"].startswith("SOURCE 'aws-waf-logs-api' | filter action = \"BLOCK\"\n| stats ")
    assert "httpRequest.clientIp" in blocked["properties"]["query"]
