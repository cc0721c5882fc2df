"""Logs, alarms and dashboard, compared with what they observe."""

from collections.abc import Iterator

from settings.alarms import NO_OWN_WEB_ACL, NO_THROTTLE_METRIC, alarms, missing_for_alarms
from settings.arn import region_of
from settings.fields import EnvironmentFields
from settings.observability.alarms import INFORMATIONAL, Alarms
from settings.problem import Problem
from settings.secrecy import Where
from settings.watched import has_limit_metrics, has_own_web_acl, routes_with_own_limit

_ROLE = (
    "API Gateway cannot write logs until the account has a CloudWatch role; set observability.account_role = "
    '"existing" if it has one, or "create" to let this stack set it'
)


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """A log or dashboard that AWS would refuse; an alarm on a metric that does not exist; a key or topic of another
    Region.
    """
    yield from _logs_without_role(environment)
    yield from _waf_log_without_web_acl(environment)
    yield from _alarms_on_nothing(environment)
    yield from _other_regions(environment)
    yield from _too_many_lines(environment)


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """What affects more than its author may expect, and alarms that notify no one."""
    settings = environment.observability
    if settings.account_role == "create":
        yield Problem(
            ("observability", "account_role"),
            "there is one role for the whole account and Region: this stack replaces an existing one, and a destroy "
            "removes it for every API there",
        )
    if settings.execution_log and settings.execution_log.data_trace:
        yield Problem(
            ("observability", "execution_log", "data_trace"),
            "writes whole requests and responses, prompts and completions, into the log",
        )
    if settings.alarms:
        yield from _unheard(environment, settings.alarms)
        yield from _long_streams(environment, settings.alarms)
    if settings.dashboard and not has_limit_metrics(environment):
        yield Problem(
            ("observability", "dashboard"), f"shows refused requests as 4XX, not by layer: {NO_THROTTLE_METRIC}"
        )


def _logs_without_role(environment: EnvironmentFields) -> Iterator[Problem]:
    settings = environment.observability
    if settings.account_role is not None:
        return
    if settings.access_log is not None and settings.access_log != "off":
        yield Problem(("observability", "access_log"), _ROLE)
    if settings.execution_log is not None:
        yield Problem(("observability", "execution_log"), _ROLE)


def _waf_log_without_web_acl(environment: EnvironmentFields) -> Iterator[Problem]:
    log = environment.observability.waf_log
    if log is not None and log != "off" and not has_own_web_acl(environment):
        yield Problem(("observability", "waf_log"), f"{NO_OWN_WEB_ACL} to log; the owner of an existing one logs it")


def _alarms_on_nothing(environment: EnvironmentFields) -> Iterator[Problem]:
    alarms = environment.observability.alarms
    if alarms is None:
        return
    for field, missing in missing_for_alarms(environment).items():
        if field in alarms.model_fields_set and getattr(alarms, field) != "off":
            yield Problem(("observability", "alarms", field), missing)


def _other_regions(environment: EnvironmentFields) -> Iterator[Problem]:
    region = environment.aws.region
    for where, arn in _arns(environment):
        if region_of(arn) != region:
            yield Problem(where, f"must be in {region}, the stack's Region")


def _too_many_lines(environment: EnvironmentFields) -> Iterator[Problem]:
    settings, routes = environment.observability, len(environment.routes)
    if settings.dashboard and settings.detailed_metrics and routes * _LINES_OF_A_ROUTE > MOST_LINES:
        yield Problem(
            ("observability", "dashboard"),
            f"a CloudWatch widget draws at most {MOST_LINES} metrics, but {routes} routes with detailed_metrics "
            "need two each; turn one of the two off",
        )


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html, "Dashboards", read 2026-11.
MOST_LINES = 500
# The route's requests, and the requests per second computed from them.
_LINES_OF_A_ROUTE = 2


def _arns(environment: EnvironmentFields) -> Iterator[tuple[Where, str]]:
    settings = environment.observability
    for name in ("access_log", "execution_log", "waf_log", "alarms"):
        table = getattr(settings, name)
        if table is not None and table != "off" and table.kms_key_arn is not None:
            yield ("observability", name, "kms_key_arn"), table.kms_key_arn
    if settings.alarms:
        for field in ("topic_arns", f"{INFORMATIONAL}topic_arns"):
            for index, arn in enumerate(getattr(settings.alarms, field)):
                yield ("observability", "alarms", field, index), arn


def _unheard(environment: EnvironmentFields, settings: Alarms) -> Iterator[Problem]:
    missing = missing_for_alarms(environment)
    for prefix, pages in (("", True), (INFORMATIONAL, False)):
        rings = dict.fromkeys(alarm.setting for alarm in alarms(environment) if alarm.pages == pages)
        if rings and not (getattr(settings, f"{prefix}topic_arns") or getattr(settings, f"{prefix}emails")):
            yield Problem(
                ("observability", "alarms", f"{prefix}topic_arns"),
                f"no one is notified of {', '.join(rings)}; set {prefix}topic_arns or {prefix}emails",
            )
    # Limits that exist but have no alarm. Without a web ACL there is nothing to watch.
    limited = {"throttled_percent": True, "near_limit_percent": any(routes_with_own_limit(environment))}
    for field, is_there in limited.items():
        if is_there and field in missing and getattr(settings, field) != "off":
            yield Problem(("observability", "alarms", field), f"this alarm is not created: {missing[field]}")


def _long_streams(environment: EnvironmentFields, alarms: Alarms) -> Iterator[Problem]:
    """The latency of a streamed response is its whole length.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-troubleshoot.html, read 2026-11
    """
    streams = {
        route.key: route.integration.timeout_milliseconds
        for route in environment.routes
        if route.integration.response_transfer_mode == "STREAM"
    }
    if not streams:
        return
    longest = max(streams, key=lambda key: streams[key])
    low = [
        field
        for field in ("latency_p99_ms", "integration_latency_p99_ms")
        if (threshold := getattr(alarms, field)) != "off" and threshold < streams[longest]
    ]
    if low:
        yield Problem(
            ("observability", "alarms", low[0]),
            f"the latency of a stream includes its last byte, and {longest} may take {streams[longest]} ms; raise "
            f'{" and ".join(low)} or set "off": the access log has timeToFirstContent',
        )
