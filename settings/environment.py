"""A whole environment file."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from settings import newer_provider, quotas
from settings.api import Api, Stage
from settings.authorization import Authorizer, AuthorizerName
from settings.aws import Aws
from settings.backend import Backend, LocalBackend
from settings.checks import (
    access,
    integrations,
    ip_versions,
    names,
    observability,
    rate_limit_response,
    routes,
    running,
    secrets_in_clear,
    texts,
    throttling,
    usage_plans,
    waf,
    walked_around,
)
from settings.cors import Cors
from settings.domain import Domain
from settings.imports import Imports
from settings.model import Settings, SomeItems
from settings.observability.observability import Observability
from settings.problem import Problem, refuse, with_values
from settings.quotas import AccountThrottle
from settings.rate_limit_response import RateLimitResponse
from settings.resource_policy import ResourcePolicy
from settings.route import Route, named_apart
from settings.tags import Tags
from settings.throttling import Throttling
from settings.usage_plan import Name as UsagePlanName
from settings.usage_plan import UsagePlan
from settings.waf.waf import Waf


class Environment(Settings):
    """One stack: an API, its limits, and where it is deployed."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    """The name of the file without `.toml`; the stack's name."""

    aws: Aws
    backend: Backend = LocalBackend()
    api: Api
    stage: Stage
    routes: SomeItems[Route]
    authorizers: dict[AuthorizerName, Authorizer] = {}
    cors: Cors | None = None
    resource_policy: ResourcePolicy | None = None
    domain: Domain | None = None
    tags: Tags = {}
    throttling: Throttling
    rate_limit_response: RateLimitResponse = RateLimitResponse()
    usage_plans: dict[UsagePlanName, UsagePlan] = {}
    waf: Waf | None = None
    observability: Observability = Observability()
    imports: Imports = {}

    @field_validator("routes")
    @classmethod
    def _have_names(cls, routes: tuple[Route, ...]) -> tuple[Route, ...]:
        return named_apart(routes)

    @property
    def account_throttle(self) -> AccountThrottle:
        """The bucket that everything in the account and Region shares."""
        usual = quotas.account_throttle(self.aws.region)
        return AccountThrottle(
            rate_limit=self.aws.account_rate_limit or usual.rate_limit,
            burst_limit=self.aws.account_burst_limit or usual.burst_limit,
        )

    @property
    def path_prefixes(self) -> tuple[str, ...]:
        """What may stand before a route's path in a URL: the stage's name, or a custom domain's base path."""
        base_path = self.domain.base_path if self.domain else None
        return (self.stage.name, base_path) if base_path else (self.stage.name,)

    @property
    def has_preflights(self) -> bool:
        """Whether `[cors]` makes the OPTIONS of some path, which no route of the file is."""
        own = {route.path for route in self.routes if route.method == "OPTIONS"}
        return self.cors is not None and any(route.path not in own for route in self.routes)

    @property
    def cors_headers(self) -> Mapping[str, str]:
        """What every answer carries where CORS is on, the refusals too."""
        return self.cors.response_headers if self.cors else {}

    @model_validator(mode="after")
    def _layers_fit(self) -> Self:
        refuse(self, *self._refused())
        return self

    def _refused(self) -> Iterator[Problem]:
        yield from routes.refused(self)
        yield from integrations.refused(self)
        yield from access.refused(self)
        yield from throttling.refused(self)
        yield from usage_plans.refused(self)
        yield from waf.refused(self)
        yield from rate_limit_response.refused(self)
        yield from observability.refused(self)
        yield from texts.refused(self)
        yield from newer_provider.refused(self)
        yield from names.refused(self)

    def warnings(self) -> tuple[Problem, ...]:
        """What AWS takes but its author may not have meant. Synthesis and the review print them."""
        return tuple(with_values(self, self._warned()))

    def _warned(self) -> Iterator[Problem]:
        yield from running.warned(self)
        yield from routes.warned(self)
        yield from integrations.warned(self)
        yield from access.warned(self)
        yield from ip_versions.warned(self)
        yield from throttling.warned(self)
        yield from usage_plans.warned(self)
        yield from waf.warned(self)
        yield from walked_around.warned(self)
        yield from observability.warned(self)
        yield from secrets_in_clear.warned(self)
