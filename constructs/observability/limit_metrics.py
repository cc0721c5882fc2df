"""Metrics that API Gateway does not have: how many requests each layer limited."""

from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from constructs import Construct

from constructs.observability.log_group import LogGroup
from constructs.terraform.address import place
from settings.environment import Environment
from settings.observability.access_log import LIMITED_BY
from settings.observability.metrics import LIMITED_METRICS, ROUTE_THROTTLED, limited_namespace
from settings.observability.watched import limiting_layers
from settings.rate_limit_response import Layer


class LimitMetrics(Construct):
    """Creates `aws_cloudwatch_log_metric_filter.limited_by_<layer>` for each layer that there is, and one that counts
    throttled requests by route.
    """

    def __init__(self, scope: Construct, id: str, *, access_log: LogGroup, environment: Environment) -> None:
        super().__init__(scope, id)
        self._access_log = access_log
        self._namespace = limited_namespace(environment)
        for layer in limiting_layers(environment):
            # A default of 0, so that an alarm sees a quiet minute and not a gap.
            self._add(f"limited_by_{layer}", layer, LIMITED_METRICS[layer], default_value="0")
        # CloudWatch takes no default beside dimensions. Bounded: the routes of the file, not what callers make up.
        self._add(
            "throttled_by_route",
            "throttle",
            ROUTE_THROTTLED,
            dimensions={"Method": "$.httpMethod", "Resource": "$.resourcePath"},
        )

    def _add(
        self,
        id: str,
        layer: Layer,
        metric: str,
        *,
        default_value: str | None = None,
        dimensions: dict[str, str] | None = None,
    ) -> None:
        resource = CloudwatchLogMetricFilter(
            self,
            id,
            name=metric,
            log_group_name=self._access_log.name,
            pattern=pattern(layer),
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                name=metric,
                namespace=self._namespace,
                value="1",
                unit="Count",
                default_value=default_value,
                dimensions=dimensions,
            ),
        )
        place(resource, id)


def pattern(layer: Layer) -> str:
    """The lines of requests that the layer limited.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html, JSON log events
    """
    field, value = LIMITED_BY[layer]
    return f'{{ $.{field} = "{value}" }}'
