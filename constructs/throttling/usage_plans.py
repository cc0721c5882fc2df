"""Usage plans and their API keys."""

from collections.abc import Mapping

from cdktf import TerraformOutput, TerraformVariable
from cdktf_cdktf_provider_aws.api_gateway_api_key import ApiGatewayApiKey
from cdktf_cdktf_provider_aws.api_gateway_usage_plan import (
    ApiGatewayUsagePlan,
    ApiGatewayUsagePlanApiStages,
    ApiGatewayUsagePlanApiStagesThrottle,
    ApiGatewayUsagePlanQuotaSettings,
    ApiGatewayUsagePlanThrottleSettings,
)
from cdktf_cdktf_provider_aws.api_gateway_usage_plan_key import ApiGatewayUsagePlanKey
from constructs import Construct

from constructs.gateway.stage import Stage
from constructs.terraform.address import Address, place
from settings.route import Route
from settings.terraform_variables import key_variable
from settings.throttling import BLOCKED, Throttle
from settings.usage_plan import ApiKey, PlanRouteThrottle, Quota, UsagePlan, key_names, plan_names

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
_SHORTEST_KEY, _LONGEST_KEY = 20, 128


class UsagePlans(Construct):
    """Creates `aws_api_gateway_usage_plan.<plan>`, and for each key `aws_api_gateway_api_key.<key>`, the
    `aws_api_gateway_usage_plan_key.<key>` that adds it to the plan, and the sensitive output `api_key_<key>`.

    An existing plan or key, given by its id, is only referred to, and the key's value appears nowhere. For a key with
    `value = "variable"` there is also the sensitive variable `api_key_value_<key>`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        api_name: str,
        stage: Stage,
        usage_plans: Mapping[str, UsagePlan],
        routes: Mapping[str, Route],
    ) -> None:
        super().__init__(scope, id)
        self._api_name = api_name
        self._stage = stage
        self._routes = routes
        self._plan_names, self._key_names = plan_names(usage_plans), key_names(usage_plans)
        for name, usage_plan in usage_plans.items():
            plan_id = usage_plan.id or self._add_plan(name, usage_plan).reference("id")
            for key in usage_plan.keys:
                self._add_key(key, plan_id)

    def _add_plan(self, name: str, usage_plan: UsagePlan) -> Address:
        return place(
            ApiGatewayUsagePlan,
            self,
            self._plan_names[name],
            name=f"{self._api_name}-{name}",
            description=usage_plan.description or None,
            # The reference to the stage makes Terraform create the plan after it. AWS removes the plan from a stage
            # that is replaced.
            api_stages=[
                ApiGatewayUsagePlanApiStages(
                    api_id=self._stage.rest_api_id,
                    stage=self._stage.name,
                    throttle=[self._of_route(key, throttle) for key, throttle in usage_plan.routes.items()] or None,
                )
            ],
            throttle_settings=_throttle(usage_plan.throttle),
            quota_settings=_quota(usage_plan.quota),
        )

    def _of_route(self, key: str, throttle: PlanRouteThrottle) -> ApiGatewayUsagePlanApiStagesThrottle:
        route = self._routes[key]
        # `/v1/chat/completions/POST`: with a slash in front, unlike in method settings; the root is `//GET`.
        path = f"{route.path}/{route.method}"
        limits = BLOCKED if throttle == "blocked" else throttle
        return ApiGatewayUsagePlanApiStagesThrottle(
            path=path, rate_limit=limits.rate_limit, burst_limit=limits.burst_limit
        )

    def _add_key(self, key: ApiKey, plan_id: str) -> None:
        place(
            ApiGatewayUsagePlanKey,
            self,
            self._key_names[key.name],
            usage_plan_id=plan_id,
            key_id=key.id or self._make_key(key),
            key_type="API_KEY",
        )

    def _make_key(self, key: ApiKey) -> str:
        """The id of a key that is created here."""
        name = self._key_names[key.name]
        address = place(
            ApiGatewayApiKey,
            self,
            name,
            name=f"{self._api_name}-{key.name}",
            value=self._value(key) if key.value == "variable" else None,
        )
        output = TerraformOutput(
            self,
            f"output_{name}",
            value=address.reference("value"),
            sensitive=True,
            description=f"API key of {key.name}",
        )
        output.override_logical_id(f"api_key_{name}")
        return address.reference("id")

    def _value(self, key: ApiKey) -> str:
        stem = self._key_names[key.name]
        name = key_variable(stem)
        variable = TerraformVariable(
            self,
            f"variable_{stem}",
            type="string",
            sensitive=True,
            nullable=False,
            description=f"Value of the API key of {key.name}, {_SHORTEST_KEY} to {_LONGEST_KEY} characters",
        )
        variable.override_logical_id(name)
        variable.add_validation(
            condition=f"${{length(var.{name}) >= {_SHORTEST_KEY} && length(var.{name}) <= {_LONGEST_KEY}}}",
            error_message=f"An API key has {_SHORTEST_KEY} to {_LONGEST_KEY} characters.",
        )
        return f"${{var.{name}}}"


def _throttle(throttle: Throttle | None) -> ApiGatewayUsagePlanThrottleSettings | None:
    """Always both limits: a missing one means unlimited."""
    if throttle is None:
        return None
    return ApiGatewayUsagePlanThrottleSettings(rate_limit=throttle.rate_limit, burst_limit=throttle.burst_limit)


def _quota(quota: Quota | None) -> ApiGatewayUsagePlanQuotaSettings | None:
    if quota is None:
        return None
    return ApiGatewayUsagePlanQuotaSettings(limit=quota.limit, period=quota.period, offset=quota.offset or None)
