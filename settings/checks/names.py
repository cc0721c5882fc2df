"""Names that contain the API's and the stage's names, compared with AWS's limits on their length."""

from collections.abc import Iterator

from settings.alarms import alarms
from settings.fields import EnvironmentFields
from settings.metrics import limited_namespace
from settings.problem import Problem
from settings.stage_names import queries_folder, stage_stem, topic_name
from settings.watched import (
    access_log,
    dashboard_name,
    has_limit_metrics,
    has_saved_queries,
    waf_log,
)

# Read 2026-11. Alarms and metrics: AlarmName in API_PutMetricAlarm, metricNamespace in API_MetricTransformation; saved
# queries: name in API_PutQueryDefinition; topics: Name in API_CreateTopic. The limit for dashboards is a check of the
# AWS provider (internal/service/cloudwatch/validate.go).
LONGEST = {"alarm": 255, "metric namespace": 255, "saved query": 255, "SNS topic": 256, "dashboard": 255}

# The longest name in constructs/observability/queries.py.
LONGEST_QUERY = "which-routes-are-limited-since-when"


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """One line for each kind of name that is too long, with the longest name of that kind."""
    for kind, names in _names(environment).items():
        name = max(names, key=len, default="")
        if len(name) > LONGEST[kind]:
            yield Problem(
                ("api", "name"),
                f"together with the stage's name it makes the {kind} {name!r} {len(name)} characters long; AWS allows "
                f"{LONGEST[kind]}",
            )


def _names(environment: EnvironmentFields) -> dict[str, list[str]]:
    settings = environment.observability
    stem = stage_stem(environment)
    found: dict[str, list[str]] = {kind: [] for kind in LONGEST}
    if has_limit_metrics(environment):
        found["metric namespace"].append(limited_namespace(environment))
    if has_saved_queries(environment) and (access_log(environment) or waf_log(environment)):
        found["saved query"].append(f"{queries_folder(environment)}/{LONGEST_QUERY}")
    if settings.dashboard:
        found["dashboard"].append(dashboard_name(environment))
    if settings.alarms:
        found["alarm"] += [alarm.name for alarm in alarms(environment)]
        if settings.alarms.emails:
            found["SNS topic"].append(topic_name(stem, pages=True))
        if settings.alarms.informational_emails:
            found["SNS topic"].append(topic_name(stem, pages=False))
    return found
