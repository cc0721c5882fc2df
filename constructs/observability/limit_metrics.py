"""Metrics that API Gateway does not have: how many requests each layer limited."""

from collections.abc import Iterable

from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from constructs import Construct

from constructs.observability.log_group import LogGroup
from constructs.terraform.address import place
from settings.layer import Layer
from settings.observability.access_log import LIMITED_BY

# Stable names, in addition to `limited_by_<layer>`: a public contract (docs/adr/0004).
_BY_ROUTE: dict[Layer, str] = {
    Layer.THROTTLE: "throttled_by_route",
    Layer.QUOTA: "quota_exceeded_by_route",
    Layer.WAF: "waf_blocked_by_route",
}
_DIMENSIONS = {"Method": "$.httpMethod", "Resource": "$.resourcePath"}


class LimitMetrics(Construct):
    """Creates two `aws_cloudwatch_log_metric_filter` for each layer: `limited_by_<layer>` counts its
    requests, and `throttled_by_route`, `quota_exceeded_by_route` and `waf_blocked_by_route` count them by route.
    """

    def __init__(
        self, scope: Construct, id: str, *, access_log: LogGroup, namespace: str, layers: Iterable[Layer]
    ) -> None:
        super().__init__(scope, id)
        self._access_log = access_log
        self._namespace = namespace
        for layer in layers:
            # With a default of 0, a quiet minute is not a gap for an alarm. CloudWatch refuses a default together with
            # dimensions. Their values are bounded: they are the file's routes, and callers cannot invent more.
            self._add(f"limited_by_{layer}", layer.metric, pattern(layer), default_value="0")
            fields = _DIMENSIONS.values()
            self._add(_BY_ROUTE[layer], layer.metric_by_route, pattern(layer, *fields), dimensions=_DIMENSIONS)

    def _add(
        self,
        id: str,
        metric: str,
        pattern: str,
        *,
        default_value: str | None = None,
        dimensions: dict[str, str] | None = None,
    ) -> None:
        place(
            CloudwatchLogMetricFilter,
            self,
            id,
            name=metric,
            log_group_name=self._access_log.name,
            pattern=pattern,
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                name=metric,
                namespace=self._namespace,
                value="1",
                unit="Count",
                default_value=default_value,
                dimensions=dimensions,
            ),
        )


def pattern(layer: Layer, *dimensions: str) -> str:
    """A pattern for the log lines of requests that the layer limited. A field for a dimension must be in it, with any
    value.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html, JSON log events
    """
    field, value = LIMITED_BY[layer]
    limited = f'$.{field} = "{value}"'
    if not dimensions:
        return f"{{ {limited} }}"
    return "{ " + " && ".join([f"({limited})", *(f'({field} = "*")' for field in dimensions)]) + " }"
