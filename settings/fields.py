"""The tables of an environment file, and what follows from several of them. environment.py adds the checks."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, field_validator

from settings import quotas
from settings.api import Api, Stage
from settings.authorization import Authorizer, AuthorizerName
from settings.aws import Aws
from settings.backend import Backend, LocalBackend
from settings.base import Items, Settings, SomeItems
from settings.cors import Cors
from settings.domain import Domain
from settings.imports import Imports
from settings.observability import Observability
from settings.rate_limit_response import RateLimitResponse
from settings.resource_policy import ResourcePolicy
from settings.route import Route, with_distinct_names
from settings.tags import Tags
from settings.throttling import Throttle, Throttling
from settings.token_limits.token_limit import TokenLimit
from settings.token_limits.token_metering import TokenMetering
from settings.token_limits.token_price import TokenPrice
from settings.token_limits.token_store import TokenStore
from settings.usage_plan import Name as UsagePlanName
from settings.usage_plan import UsagePlan
from settings.waf import Waf


class EnvironmentFields(Settings):
    """What the checks read: an environment in which each table is valid by itself."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    """Name of the file without `.toml`. It is the name of the stack."""

    aws: Aws
    backend: Backend = LocalBackend()
    """Where Terraform's state is stored. Default: a file in the project root."""

    api: Api
    stage: Stage
    routes: SomeItems[Route]
    authorizers: dict[AuthorizerName, Authorizer] = {}
    """Authorizers by name. A route selects one in `authorization`."""

    cors: Cors | None = None
    resource_policy: ResourcePolicy | None = None
    domain: Domain | None = None
    tags: Tags = {}
    """Tags of every resource that can have tags."""

    throttling: Throttling
    rate_limit_response: RateLimitResponse = RateLimitResponse()
    usage_plans: dict[UsagePlanName, UsagePlan] = {}
    token_limits: Items[TokenLimit] = ()
    token_metering: TokenMetering = TokenMetering()
    token_prices: dict[Annotated[str, Field(pattern=r"^\S{1,255}$")], TokenPrice] = {}
    token_store: TokenStore = TokenStore()
    waf: Waf | None = None
    observability: Observability = Observability()
    imports: Imports = {}
    """Ids of existing resources by their Terraform address. Terraform imports them at the next apply."""

    @field_validator("routes")
    @classmethod
    def _have_names(cls, routes: tuple[Route, ...]) -> tuple[Route, ...]:
        return with_distinct_names(routes)

    @property
    def account_throttle(self) -> Throttle:
        """The token bucket that everything in the account and Region shares."""
        usual = quotas.account_throttle(self.aws.region)
        return Throttle(
            rate_limit=self.aws.account_rate_limit or usual.rate_limit,
            burst_limit=self.aws.account_burst_limit or usual.burst_limit,
        )

    @property
    def path_prefixes(self) -> tuple[str, ...]:
        """What may come before a route's path in a URL: the stage's name, or a custom domain's base path."""
        base_path = self.domain.base_path if self.domain else None
        return (self.stage.name, base_path) if base_path else (self.stage.name,)

    @property
    def has_preflights(self) -> bool:
        """Whether `[cors]` adds an OPTIONS method to a path that has no such route."""
        own = {route.path for route in self.routes if route.method == "OPTIONS"}
        return self.cors is not None and any(route.path not in own for route in self.routes)

    @property
    def has_bearer_key(self) -> bool:
        """Whether Spillway's own authorizer reads the API key."""
        return self.api.key_source == "BEARER" and any(route.api_key_required for route in self.routes)

    @property
    def cors_headers(self) -> Mapping[str, str]:
        """The headers of every response if CORS is on, including refusals."""
        return self.cors.response_headers if self.cors else {}
