"""The dashboard row and the queries for limits in tokens."""

import json
import re
from pathlib import Path
from typing import get_args

from settings.metrics import TokenMetric
from tests.environment_files import MINIMAL, ROOT
from tests.synthesis import rendered_text

METERED = (
    '[routes.integration]\ntype = "http"\nurl = "https://llm.example.com"\n'
    '[[token_limits]]\nname = "a"\nby = "ip"\ntokens_per_minute = 100\n'
)


def test_a_row_of_the_dashboard(tmp_path: Path) -> None:
    text = f"{MINIMAL}{METERED}[observability]\ndashboard = true\n"
    [dashboard] = rendered_text(tmp_path, text)["resource"]["aws_cloudwatch_dashboard"].values()
    widgets = json.loads(dashboard["dashboard_body"])["widgets"]
    titles = [widget["properties"].get("title") for widget in widgets]
    assert titles[titles.index("Tokens") :][:3] == [
        "Tokens",
        "Refused by the function",
        "Would be refused; not counted",
    ]
    tokens = widgets[titles.index("Tokens")]["properties"]["metrics"]
    assert [line[:2] for line in tokens] == [
        ["Spillway/api/test", "TokensReserved"],
        ["Spillway/api/test", "TokensUsed"],
    ]


def test_queries_of_the_functions_logs(tmp_path: Path) -> None:
    created = rendered_text(tmp_path, MINIMAL + METERED)["resource"]["aws_cloudwatch_query_definition"]
    query = created["who_used_which_tokens"]
    assert query["log_group_names"] == ["${aws_cloudwatch_log_group.post_chat.name}"]
    assert "sum(TokensUsed)" in query["query_string"]


def test_nothing_of_it_without_limits_in_tokens(tmp_path: Path) -> None:
    created = rendered_text(tmp_path, f"{MINIMAL}[observability]\ndashboard = true\n")["resource"]
    assert "TokensUsed" not in json.dumps(created)


def test_the_function_reports_the_metrics_that_are_watched() -> None:
    code = (ROOT / "constructs" / "gateway" / "metered_function" / "meter.mjs").read_text(encoding="utf-8")
    assert set(get_args(TokenMetric)) <= set(re.findall(r"[A-Z][A-Za-z]+", code))
