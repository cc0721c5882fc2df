"""CloudWatch alarms of the stage."""

from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from constructs.observability.alarm_topic import AlarmTopic
from constructs.terraform.address import place
from settings.alarms import Alarm, Expression
from settings.metrics import Metric
from settings.observability.alarms import INFORMATIONAL
from settings.observability.alarms import Alarms as AlarmsSettings
from settings.stage_names import topic_name


class Alarms(Construct):
    """Creates one `aws_cloudwatch_metric_alarm` for each threshold that is on and has a metric to watch.

    Also creates `aws_sns_topic.alarms` and `.informational_alarms` if there are e-mail addresses to notify.
    """

    def __init__(
        self, scope: Construct, id: str, *, stem: str, alarms: Sequence[Alarm], settings: AlarmsSettings
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._stem = stem
        self._topics = {
            True: self._topic_arns("alarms", settings.topic_arns, pages=True),
            False: self._topic_arns(f"{INFORMATIONAL}alarms", settings.informational_topic_arns, pages=False),
        }
        self.arns = [self._add(alarm) for alarm in alarms]

    def _topic_arns(self, id: str, topic_arns: Sequence[str], *, pages: bool) -> list[str]:
        """The topics in the file, and a new one if there are e-mail addresses."""
        subscriptions = self._settings.subscriptions(pages=pages)
        if not subscriptions:
            return list(topic_arns)
        topic = AlarmTopic(
            self,
            id,
            name=topic_name(self._stem, pages=pages),
            subscriptions=subscriptions,
            kms_key_arn=self._settings.kms_key_arn,
        )
        return [*topic_arns, topic.arn]

    def _add(self, alarm: Alarm) -> str:
        """Create the alarm and return its ARN."""
        topics = self._topics[alarm.pages] or None
        created = place(
            CloudwatchMetricAlarm,
            self,
            alarm.address,
            alarm_name=alarm.name,
            alarm_description=alarm.words,
            comparison_operator="GreaterThanThreshold",
            threshold=alarm.threshold,
            evaluation_periods=self._settings.evaluation_periods,
            datapoints_to_alarm=self._settings.datapoints_to_alarm,
            # Without requests API Gateway and WAF report nothing. That is not an error, and an alarm should end then.
            treat_missing_data="notBreaching",
            alarm_actions=topics,
            ok_actions=topics if self._settings.ok_actions else None,
            **(_one_metric(alarm) if alarm.expression is None else {"metric_query": _queries(alarm, alarm.expression)}),
        )
        return created.reference("arn")


def _one_metric(alarm: Alarm) -> dict[str, Any]:
    (metric,) = alarm.metrics.values()
    if alarm.statistic == "Sum":
        return {**_arguments(metric), "period": alarm.period, "statistic": "Sum"}
    # The slowest of ten requests is not their 99th percentile.
    percentile = {"extended_statistic": alarm.statistic, "evaluate_low_sample_count_percentiles": "ignore"}
    return {**_arguments(metric), "period": alarm.period, **percentile}


def _queries(alarm: Alarm, expression: Expression) -> list[CloudwatchMetricAlarmMetricQuery]:
    """The expression, and each metric in it."""
    computed = CloudwatchMetricAlarmMetricQuery(
        id=expression.id, label=expression.label, expression=expression.text, return_data=True
    )
    named = (
        CloudwatchMetricAlarmMetricQuery(
            id=name,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                **_arguments(metric), period=alarm.period, stat=alarm.statistic
            ),
        )
        for name, metric in alarm.metrics.items()
    )
    return [computed, *named]


def _arguments(metric: Metric) -> dict[str, Any]:
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": dict(metric.dimensions) or None,
    }
