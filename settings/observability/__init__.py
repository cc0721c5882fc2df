"""The `[observability]` table: logs, metrics, alarms and a dashboard, each with a word or a table of its own."""

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
    """On by default: what costs little and deploys in an account that nobody prepared."""

    account_role: Literal["existing", "create"] | None = None
    """The CloudWatch role that API Gateway needs before it takes a log of any stage. It is one for the whole account
    and Region. `existing`: somebody set it; `create`: this stack sets it, and a destroy takes it from everyone.
    Without either there is no access log and no execution log."""

    access_log: OrOff[AccessLog] | None = None
    """Default: on as soon as `account_role` says that API Gateway may write it."""

    execution_log: ExecutionLog | None = None
    """Default: off."""

    waf_log: OrOff[WafLog] | None = None
    """Default: on where `[waf]` has a web ACL of our own; off with `aws.endpoint_url`, since emulators have none."""

    protected_headers: Items[HeaderName] = ("authorization", "cookie", "x-api-key")
    """Never shown in WAF's log, nor in the requests that WAF samples for its console."""

    xray_tracing: bool = False
    """Whether API Gateway sends traces to X-Ray. AWS charges by trace."""

    detailed_metrics: bool = False
    """Count, latency and errors of every route, each a metric that CloudWatch charges for."""

    alarms: Alarms | None = None
    """Default: none; each costs money, and somebody must be told."""

    dashboard: bool = False
    """The account's first three are free, each further one costs 3 dollars a month."""

    saved_queries: bool | None = None
    """Logs Insights queries beside the logs; free until they are run. Default: on, but off with `aws.endpoint_url`."""

    @property
    def method_settings(self) -> dict[str, Any]:
        """What each method's settings say beside its throttle.

        Always all three: Terraform leaves one that is left out as it is, so that `off` would not switch it off; and a
        method with settings of its own inherits none of the stage's.
        """
        log = self.execution_log
        return {
            "logging_level": log.level if log else "OFF",
            "data_trace_enabled": log.data_trace if log else False,
            "metrics_enabled": self.detailed_metrics,
        }
