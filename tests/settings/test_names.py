"""Names that grow with the API's and the stage's, within one environment and between several."""

from pathlib import Path
from typing import Any

import pytest

from constructs.observability import queries
from settings.checks.names import LONGEST, LONGEST_QUERY
from settings.read import read_environments, warnings_of
from tests.environment_files import MINIMAL, write
from tests.observability.environments import EVERYTHING
from tests.refusals import refusals
from tests.synthesis import rendered_text

STAGE = "s" * 100


def watched(length: int) -> str:
    """An environment with everything that is named after its API and stage, the API's name that long."""
    text = EVERYTHING + 'informational_emails = ["team@example.com"]\n'
    return text.replace('name = "api"', f'name = "{"a" * length}"', 1).replace('name = "test"', f'name = "{STAGE}"', 1)


def named(resource: dict[str, Any]) -> dict[str, list[str]]:
    """The longest name of each kind in the JSON."""
    filters = resource["aws_cloudwatch_log_metric_filter"].values()
    return {
        "alarm": [each["alarm_name"] for each in resource["aws_cloudwatch_metric_alarm"].values()],
        "metric namespace": [each["metric_transformation"]["namespace"] for each in filters],
        "saved query": [each["name"] for each in resource["aws_cloudwatch_query_definition"].values()],
        "SNS topic": [each["name"] for each in resource["aws_sns_topic"].values()],
        "dashboard": [each["dashboard_name"] for each in resource["aws_cloudwatch_dashboard"].values()],
    }


def test_what_is_accepted_has_no_name_that_aws_refuses_and_one_character_more_is_refused(tmp_path: Path) -> None:
    # The saved queries grow first: 255 less the stage, two slashes and the query's own name.
    longest = LONGEST["saved query"] - len(STAGE) - 2 - len(LONGEST_QUERY)
    found = named(rendered_text(tmp_path, watched(longest))["resource"])
    assert found.keys() == LONGEST.keys()
    assert [kind for kind, names in found.items() if max(map(len, names)) > LONGEST[kind]] == []
    assert max(map(len, found["saved query"])) == LONGEST["saved query"]
    (refusal,) = refusals(tmp_path, watched(longest + 1))
    assert refusal.startswith("api.name = ")
    assert "together with the stage's name it makes the saved query" in refusal


def test_each_kind_is_refused(tmp_path: Path) -> None:
    lines = refusals(tmp_path, watched(128).replace(STAGE, "s" * 128))
    assert len(lines) == len(LONGEST)
    assert all(any(kind in line for line in lines) for kind in LONGEST)


def test_the_longest_query_is_known() -> None:
    assert max((*queries.OF_ACCESS_LOG, *queries.OF_WAF_LOG), key=len) == LONGEST_QUERY


def side_by_side(folder: Path, one: str, other: str) -> dict[str, list[str]]:
    """The warnings of two files of one folder that the names bring."""
    write(folder, one, "one")
    write(folder, other, "other")
    return {
        name: [str(problem) for problem in problems if problem.where == ("api", "name")]
        for name, problems in warnings_of(read_environments(folder)).items()
    }


WAF = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 100\n'
LIVE = MINIMAL.replace('name = "test"', 'name = "live"')


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (MINIMAL, MINIMAL, "metrics, logs, alarms and the dashboard"),
        (MINIMAL + WAF, LIVE + WAF, "the web ACL"),
    ],
)
def test_warned_of_one_name_in_one_account(tmp_path: Path, one: str, other: str, shared: str) -> None:
    assert side_by_side(tmp_path, one, other) == {
        name: [
            (
                f"api.name = 'api': {there} has the same name, probably in the same account and Region, and AWS "
                f"identifies {shared} by name; rename one of the two, or set aws.allowed_account_ids in both"
            )
        ]
        for name, there in (("one", "other"), ("other", "one"))
    }


def in_aws(lines: str) -> str:
    return MINIMAL.replace("[aws]\n", f"[aws]\n{lines}\n", 1)


ROLE = 'assume_role = { role_arn = "arn:aws:iam::ACCOUNT:role/deploy" }'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (MINIMAL, LIVE),
        (MINIMAL, MINIMAL.replace('name = "api"', 'name = "other"')),
        (MINIMAL, MINIMAL.replace("us-east-1", "eu-west-1")),
        (MINIMAL, in_aws('endpoint_url = "http://localhost:4566"')),
        (in_aws('allowed_account_ids = ["111122223333"]'), in_aws('allowed_account_ids = ["444455556666"]')),
        (in_aws(ROLE.replace("ACCOUNT", "111122223333")), in_aws('allowed_account_ids = ["444455556666"]')),
        (in_aws('profile = "one"'), in_aws('profile = "other"')),
    ],
)
def test_nothing_is_said_where_the_files_tell_them_apart(tmp_path: Path, one: str, other: str) -> None:
    assert side_by_side(tmp_path, one, other) == {"one": [], "other": []}
