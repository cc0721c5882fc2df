"""Rendered alarms match their declaration in settings/alarms.py: name, threshold, metrics."""

from pathlib import Path

from settings.alarms import alarms, missing_for_alarms
from tests.environment_files import MINIMAL, environment
from tests.observability.environments import EVERYTHING, LOGGED
from tests.synthesis import rendered


def test_what_is_declared_is_rendered(tmp_path: Path) -> None:
    settings = environment(tmp_path, EVERYTHING)
    made = rendered(settings)["resource"]["aws_cloudwatch_metric_alarm"]
    assert {alarm.address: (alarm.name, alarm.threshold, alarm.words) for alarm in alarms(settings)} == {
        address: (each["alarm_name"], each["threshold"], each["alarm_description"]) for address, each in made.items()
    }


def test_no_table_no_alarm(tmp_path: Path) -> None:
    assert alarms(environment(tmp_path, LOGGED)) == ()


def test_what_an_alarm_needs_and_does_not_have(tmp_path: Path) -> None:
    without = environment(tmp_path, MINIMAL + "[observability.alarms]\n")
    assert set(missing_for_alarms(without)) == {
        "throttled_percent",
        "waf_blocked_requests",
        "near_limit_percent",
        "limiter_unavailable",
    }
    assert [alarm.setting for alarm in alarms(without)] == [
        "server_error_percent",
        "latency_p99_ms",
        "integration_latency_p99_ms",
    ]
