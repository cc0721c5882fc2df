"""What the functions in front of models share: the table, the prices, and the plan of each key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_api_key import ApiGatewayApiKey
from constructs import Construct

from constructs.gateway.token_table import TokenTable
from constructs.terraform.address import Address
from settings.environment import Environment
from settings.metrics import limited_namespace
from settings.route import Route
from settings.stage_names import token_table_name
from settings.token_limits.covering import covering, limit_variables, plan_keys
from settings.token_limits.token_metering import TokenMetering as TokenMeteringSettings
from settings.usage_plan import key_names


@dataclass(frozen=True, kw_only=True, slots=True)
class Metered:
    """The variables and permissions of one route's function, in addition to calling its backend."""

    variables: Mapping[str, str]
    references: Mapping[str, str]
    made: Mapping[str, str]
    allow: list[dict[str, Any]]
    settings: TokenMeteringSettings


class TokenMetering(Construct):
    """Creates the table, if the environment has a route with limits in tokens.

    `prices` become part of the functions' archives, which Terraform does not interpret, so they are the file's own
    texts, from settings that are not `literals`.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, prices: str) -> None:
        super().__init__(scope, id)
        self._environment = environment
        self._prices = prices
        self._table = TokenTable(self, "table", name=token_table_name(environment), store=environment.token_store)

    def of(self, route: Route) -> Metered | None:
        """None for a route without such limits."""
        environment = self._environment
        if not covering(environment, route):
            return None
        names = key_names(environment.usage_plans)
        ids = {
            key.name: key.id or Address.of(ApiGatewayApiKey, names[key.name]).reference("id")
            for plan in environment.usage_plans.values()
            for key in plan.keys
        }
        keys = plan_keys(environment, ids) if route.api_key_required else ""
        return Metered(
            variables={
                **limit_variables(environment, route),
                "METRIC_NAMESPACE": limited_namespace(environment),
            },
            references={"TOKEN_TABLE": self._table.name} | ({"PLAN_KEYS": keys} if keys else {}),
            made={"prices.json": self._prices},
            allow=self._table.statements,
            settings=environment.token_metering,
        )
