"""What Spillway observes in an environment once all switches are read, and the names of its log groups."""

from collections.abc import Iterator

from settings.fields import EnvironmentFields
from settings.layer import Layer
from settings.observability.access_log import AccessLog
from settings.observability.waf_log import PREFIX, WafLog
from settings.route import Route
from settings.throttling import Throttle


def access_log(environment: EnvironmentFields) -> AccessLog | None:
    """None if it is off, or if API Gateway has no role to write it."""
    settings = environment.observability
    if settings.access_log is None:
        return AccessLog() if settings.account_role else None
    return None if settings.access_log == "off" else settings.access_log


def has_limit_metrics(environment: EnvironmentFields) -> bool:
    """Whether metric filters count in the access log."""
    log = access_log(environment)
    return log is not None and log.metrics


def refusing_metrics(environment: EnvironmentFields) -> tuple[Layer, ...]:
    """The layers of API Gateway itself whose refused requests are counted for each route."""
    if not has_limit_metrics(environment):
        return ()
    return tuple(layer for layer in limiting_layers(environment) if layer is not Layer.WAF)


def has_own_web_acl(environment: EnvironmentFields) -> bool:
    """Whether the web ACL belongs to this stack, so that its logging and metrics do too."""
    return environment.waf is not None and environment.waf.web_acl_arn is None


def waf_log(environment: EnvironmentFields) -> WafLog | None:
    """None if it is off, or if the web ACL is not ours."""
    given = environment.observability.waf_log
    if given == "off" or not has_own_web_acl(environment):
        return None
    if given is None:
        return None if _is_emulated(environment) else WafLog()
    return given


def has_saved_queries(environment: EnvironmentFields) -> bool:
    """Whether queries are saved for each log."""
    given = environment.observability.saved_queries
    return not _is_emulated(environment) if given is None else given


def _is_emulated(environment: EnvironmentFields) -> bool:
    """Local emulators have neither WAF's logging nor saved queries (ministack 1.5.33), and a deploy would fail."""
    return environment.aws.endpoint_url is not None


def limiting_layers(environment: EnvironmentFields) -> tuple[Layer, ...]:
    """The layers that can refuse a request of this environment."""
    has_quota = any(plan.quota for plan in environment.usage_plans.values())
    layers: tuple[tuple[Layer, bool], ...] = (
        (Layer.THROTTLE, True),
        (Layer.QUOTA, has_quota),
        (Layer.WAF, environment.waf is not None),
    )
    return tuple(layer for layer, there in layers if there)


def routes_with_own_limit(environment: EnvironmentFields) -> Iterator[tuple[Route, Throttle]]:
    """Routes with their own bucket in `[throttling.routes]`."""
    for route in environment.routes:
        throttle = environment.throttling.routes.get(route.key)
        if throttle is not None and not isinstance(throttle, str):
            yield route, throttle


def access_log_group(environment: EnvironmentFields) -> str:
    """The name of the access log's group. It does not change with the API's id."""
    return f"spillway/{environment.api.name}/{environment.stage.name}/access-log"


def execution_log_group(environment: EnvironmentFields, rest_api_id: str) -> str:
    """The name of the execution log's group, which AWS chooses.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    return f"API-Gateway-Execution-Logs_{rest_api_id}/{environment.stage.name}"


def waf_log_group(environment: EnvironmentFields) -> str:
    """The name of the WAF log's group. WAF accepts only names with this prefix."""
    return f"{PREFIX}{environment.api.name}"


def dashboard_name(environment: EnvironmentFields) -> str:
    """The name of the dashboard. CloudWatch has one dashboard of a name for all Regions."""
    return f"{environment.api.name}-{environment.aws.region}-{environment.stage.name}"


def log_groups(environment: EnvironmentFields, rest_api_id: str) -> dict[str, str]:
    """The names of the log groups that exist."""
    there = {
        "access_log": (access_log(environment), access_log_group(environment)),
        "execution_log": (environment.observability.execution_log, execution_log_group(environment, rest_api_id)),
        "waf_log": (waf_log(environment), waf_log_group(environment)),
    }
    return {log: name for log, (settings, name) in there.items() if settings}
