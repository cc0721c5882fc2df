"""The `[observability]` table: logs, metrics, alarms and a dashboard, each with a word or a table."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from settings.base import Items, Settings
from settings.observability.access_log import AccessLog
from settings.observability.alarms import Alarms
from settings.observability.execution_log import ExecutionLog
from settings.observability.switch import OrOff
from settings.observability.waf_log import WafLog

# https://docs.aws.amazon.com/waf/latest/APIReference/API_FieldToProtect.html: keys of 1 to 64; HTTP's token characters.
HeaderName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"), AfterValidator(lambda name: name.lower())
]


class Observability(Settings):
    """By default, what costs little and works in an account without preparation is on."""

    account_role: Literal["existing", "create"] | None = None
    """The CloudWatch role that API Gateway needs before any stage can log. There is one for the whole account and
    Region. `existing`: it is already set. `create`: this stack sets it, and a destroy removes it for all stages.
    Without either there is no access log and no execution log."""

    access_log: OrOff[AccessLog] | None = None
    """Default: on if `account_role` is set, so that API Gateway can write it."""

    execution_log: ExecutionLog | None = None
    """Default: off."""

    waf_log: OrOff[WafLog] | None = None
    """Default: on if `[waf]` creates a web ACL. Off with `aws.endpoint_url`, because emulators do not have it."""

    protected_headers: Items[HeaderName] = ("authorization", "cookie", "x-api-key")
    """Headers that are hidden in WAF's log and in the requests that WAF samples for its console."""

    xray_tracing: bool = False
    """Whether API Gateway sends traces to X-Ray. AWS charges by trace."""

    detailed_metrics: bool = False
    """Count, latency and errors of every route. CloudWatch charges for each of these metrics."""

    alarms: Alarms | None = None
    """Default: none. Each costs money, and someone must be notified."""

    dashboard: bool = False
    """The account's first three dashboards are free. Each further one costs 3 dollars a month."""

    saved_queries: bool | None = None
    """Saves Logs Insights queries for the logs. They are free until you run them. Default: on, but off with
    `aws.endpoint_url`."""

    @property
    def method_settings(self) -> dict[str, Any]:
        """What the settings of each method contain in addition to its throttle.

        It always has all three: Terraform does not change an argument that is left out, so `off` would have no effect;
        and a method with its own settings inherits none of the stage's.
        """
        log = self.execution_log
        return {
            "logging_level": log.level if log else "OFF",
            "data_trace_enabled": log.data_trace if log else False,
            "metrics_enabled": self.detailed_metrics,
        }
