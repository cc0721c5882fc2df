"""A whole environment file."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings import quotas
from settings.api import Api, Stage
from settings.aws import Aws
from settings.backend import Backend, LocalBackend
from settings.checks import routes, throttling
from settings.model import SomeItems, Settings
from settings.problem import Problem, refuse
from settings.quotas import AccountThrottle
from settings.rate_limit_response import RateLimitResponse
from settings.route import Route
from settings.throttling import Throttling
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
    throttling: Throttling
    rate_limit_response: RateLimitResponse = RateLimitResponse()
    waf: Waf | None = None

    @property
    def account_throttle(self) -> AccountThrottle:
        """The bucket that everything in the account and Region shares."""
        usual = quotas.account_throttle(self.aws.region)
        return AccountThrottle(
            rate_limit=self.aws.account_rate_limit or usual.rate_limit,
            burst_limit=self.aws.account_burst_limit or usual.burst_limit,
        )

    @model_validator(mode="after")
    def _layers_fit(self) -> Self:
        refuse("Environment", self._refused())
        return self

    def _refused(self) -> Iterator[Problem]:
        yield from routes.refused(self)
        yield from throttling.refused(self)
