"""Stage and method throttles."""

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_method_settings import (
    ApiGatewayMethodSettings,
    ApiGatewayMethodSettingsSettings,
)
from constructs import Construct

from constructs.gateway.stage import Stage
from constructs.terraform.address import Address
from settings.route import Route
from settings.throttling import BLOCKED, RouteThrottle, Throttle, Throttling

# Terraform's own term: provider documentation of aws_api_gateway_method_settings.
_UNLIMITED = -1


class StageThrottling(Construct):
    """Creates `aws_api_gateway_method_settings.stage` (`*/*`) and one for each route with its own throttle.

    They are created one after another, because API Gateway refuses two simultaneous updates of a stage
    (ConcurrentModification). `method_settings` are the other settings of a method. They are repeated for each route,
    because a route with its own settings does not inherit any.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        throttling: Throttling,
        routes: Mapping[str, Route],
        method_settings: Mapping[str, Any],
    ) -> None:
        super().__init__(scope, id)
        self._stage = stage
        self._method_settings = method_settings
        self._last: Address | None = None
        self._add("stage", "*/*", throttling)
        for key, throttle in throttling.routes.items():
            route = routes[key]
            self._add(route.address, method_path(route), throttle)

    def _add(self, name: str, path: str, throttle: RouteThrottle) -> None:
        address = Address.of(ApiGatewayMethodSettings, name)
        resource = ApiGatewayMethodSettings(
            self,
            str(address),
            rest_api_id=self._stage.rest_api_id,
            stage_name=self._stage.name,
            method_path=path,
            settings=render_settings(throttle, self._method_settings),
        )
        if self._last:
            resource.depends_on = [str(self._last)]
        self._last = address


def render_settings(throttle: RouteThrottle, method_settings: Mapping[str, Any]) -> ApiGatewayMethodSettingsSettings:
    """Always both limits: to Terraform, a missing one means unlimited."""
    match throttle:
        case Throttle(rate_limit=rate, burst_limit=burst):
            pass
        case "unlimited":
            rate, burst = _UNLIMITED, _UNLIMITED
        case "blocked":
            rate, burst = BLOCKED.rate_limit, BLOCKED.burst_limit
    return ApiGatewayMethodSettingsSettings(throttling_rate_limit=rate, throttling_burst_limit=burst, **method_settings)


def method_path(route: Route) -> str:
    """`v1/chat/completions/POST`: without a slash in front, which AWS accepts but ignores; the root is `~1`."""
    return f"{route.path[1:] or '~1'}/{route.method}"
