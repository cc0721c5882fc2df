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
from settings.environment import Environment
from settings.numbers import decimal
from settings.observability.alarms import INFORMATIONAL, PAGES
from settings.observability.alarms import Alarms as AlarmsSettings
from settings.observability.metrics import Metric, blocked_by_waf, limited, limited_on_route, of_route, of_stage
from settings.route import Route
from settings.watched import (
    has_limit_metrics,
    has_own_web_acl,
    refusing_metrics,
    routes_with_own_limit,
)

# A rate_limit is requests per second, a route's metric has one value a minute.
_MINUTE = 60


class Alarms(Construct):
    """Creates one `aws_cloudwatch_metric_alarm` for each threshold that is on and has something to look at.

    Also `aws_sns_topic.alarms` and `.informational_alarms` where there are e-mail addresses to tell.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, alarms: AlarmsSettings) -> None:
        super().__init__(scope, id)
        self._alarms = alarms
        self._stem = f"{environment.api.name}-{environment.stage.name}"
        self._topics = {
            True: self._told("alarms", alarms.topic_arns, pages=True),
            False: self._told(f"{INFORMATIONAL}alarms", alarms.informational_topic_arns, pages=False),
        }
        self.arns: list[str] = []
        self._add_shares(environment)
        self._add_latencies(environment)
        self._add_waf(environment)
        self._add_routes(environment)

    def _told(self, id: str, topic_arns: Sequence[str], *, pages: bool) -> list[str]:
        """The topics of the file, and one of our own where there are e-mail addresses."""
        subscriptions = self._alarms.subscriptions(pages=pages)
        if not subscriptions:
            return list(topic_arns)
        topic = AlarmTopic(
            self,
            id,
            name=f"{self._stem}-{id.replace('_', '-')}",
            subscriptions=subscriptions,
            kms_key_arn=self._alarms.kms_key_arn,
        )
        return [*topic_arns, topic.arn]

    def _add_shares(self, environment: Environment) -> None:
        requests = of_stage(environment, "Count")
        if self._alarms.throttled_percent != "off" and has_limit_metrics(environment):
            self._add(
                "throttled_percent",
                "throttled",
                f"More than {self._alarms.throttled_percent:g} % of requests are throttled",
                self._alarms.throttled_percent,
                metric_query=self._share(limited(environment, "throttle"), requests),
            )
        if self._alarms.server_error_percent != "off":
            self._add(
                "server_error_percent",
                "server_errors",
                f"More than {self._alarms.server_error_percent:g} % of answers are 5XX",
                self._alarms.server_error_percent,
                metric_query=self._share(of_stage(environment, "5XXError"), requests),
            )

    def _add_latencies(self, environment: Environment) -> None:
        if self._alarms.latency_p99_ms != "off":
            self._add_p99(
                "latency_p99_ms",
                "latency",
                "requests",
                self._alarms.latency_p99_ms,
                metric=of_stage(environment, "Latency"),
            )
        if self._alarms.integration_latency_p99_ms != "off":
            self._add_p99(
                "integration_latency_p99_ms",
                "integration_latency",
                "calls of the backend",
                self._alarms.integration_latency_p99_ms,
                metric=of_stage(environment, "IntegrationLatency"),
            )

    def _add_p99(self, field: str, id: str, what: str, threshold: int, *, metric: Metric) -> None:
        self._add(
            field,
            id,
            f"1 % of {what} take longer than {threshold} ms",
            threshold,
            **_of(metric),
            period=self._alarms.period_sec,
            extended_statistic="p99",
            # The slowest of ten requests is not their 99th percentile.
            evaluate_low_sample_count_percentiles="ignore",
        )

    def _add_waf(self, environment: Environment) -> None:
        threshold = self._alarms.waf_blocked_requests
        if threshold == "off" or not has_own_web_acl(environment):
            return
        self._add(
            "waf_blocked_requests",
            "waf_blocked",
            f"WAF blocked more than {threshold} requests in {self._alarms.period_sec} s",
            threshold,
            **_of(blocked_by_waf(environment)),
            period=self._alarms.period_sec,
            statistic="Sum",
        )

    def _add_routes(self, environment: Environment) -> None:
        percent = self._alarms.near_limit_percent
        if percent == "off" or not environment.observability.detailed_metrics:
            return
        for route, throttle in routes_with_own_limit(environment):
            self._add(
                "near_limit_percent",
                f"near_limit_{route.address}",
                f"{route.key} uses more than {percent:g} % of its {decimal(throttle.rate_limit)} requests per second",
                throttle.rate_limit * _MINUTE * percent / 100,
                metric_query=self._let_through(environment, route),
            )

    def _let_through(self, environment: Environment, route: Route) -> list[CloudwatchMetricAlarmMetricQuery]:
        """Requests of a route in a minute, without those that API Gateway refused, whom no limit of the route served.

        What WAF blocked stays in: whether `Count` has it is not documented.
        """
        refused = {layer: limited_on_route(environment, layer, route) for layer in refusing_metrics(environment)}
        return [
            CloudwatchMetricAlarmMetricQuery(
                id="let_through",
                label="requests",
                expression=" - ".join(["requests", *(f"FILL({layer}, 0)" for layer in refused)]),
                return_data=True,
            ),
            self._query("requests", of_route(environment, route, "Count"), period=_MINUTE),
            *(self._query(layer, metric, period=_MINUTE) for layer, metric in refused.items()),
        ]

    def _share(self, part: Metric, requests: Metric) -> list[CloudwatchMetricAlarmMetricQuery]:
        """Percent of the requests, 0 where there are too few to judge."""
        least = self._alarms.minimum_requests
        return [
            CloudwatchMetricAlarmMetricQuery(
                id="share",
                label="percent",
                expression=f"IF(requests >= {least}, 100 * FILL(part, 0) / requests, 0)",
                return_data=True,
            ),
            self._query("part", part),
            self._query("requests", requests),
        ]

    def _query(self, id: str, metric: Metric, *, period: int | None = None) -> CloudwatchMetricAlarmMetricQuery:
        return CloudwatchMetricAlarmMetricQuery(
            id=id,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                **_of(metric), period=period or self._alarms.period_sec, stat="Sum"
            ),
        )

    def _add(self, field: str, id: str, description: str, threshold: float, **watched: Any) -> None:
        topics = self._topics[PAGES[field]] or None
        alarm = place(
            CloudwatchMetricAlarm,
            self,
            id,
            alarm_name=f"{self._stem}-{id.replace('_', '-')}",
            alarm_description=description,
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            evaluation_periods=self._alarms.evaluation_periods,
            datapoints_to_alarm=self._alarms.datapoints_to_alarm,
            # Without requests API Gateway and WAF report nothing, which is neither an error nor a reason to stay red.
            treat_missing_data="notBreaching",
            alarm_actions=topics,
            ok_actions=topics if self._alarms.ok_actions else None,
            **watched,
        )
        self.arns.append(alarm.reference("arn"))


def _of(metric: Metric) -> dict[str, Any]:
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": dict(metric.dimensions) or None,
    }
