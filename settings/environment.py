"""A whole environment file."""

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from settings import newer_provider
from settings.checks import (
    access,
    integrations,
    ip_versions,
    names,
    observability,
    partitions,
    rate_limit_response,
    routes,
    secrets_in_clear,
    terraform,
    texts,
    throttling,
    token_limits,
    usage_plans,
    waf,
    walked_around,
)
from settings.fields import EnvironmentFields
from settings.grouped import grouped
from settings.problem import Problem, refuse, refuse_places, with_values
from settings.written_out import written_out


class Environment(EnvironmentFields):
    """One stack: an API, its limits, and where it is deployed."""

    @model_validator(mode="before")
    @classmethod
    def _is_written_out(cls, file: object) -> object:
        if not isinstance(file, dict):
            return file
        plain = written_out(file)
        refuse_places(cls.__name__, plain.refused)
        return plain.table

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
        yield from token_limits.refused(self)
        yield from waf.refused(self)
        yield from rate_limit_response.refused(self)
        yield from observability.refused(self)
        yield from texts.refused(self)
        yield from partitions.refused(self)
        yield from newer_provider.refused(self)
        yield from names.refused(self)

    def warnings(self) -> tuple[Problem, ...]:
        """What AWS accepts but the author may not have meant, once for all routes. Synthesis and review print it."""
        return grouped(with_values(self, self._warned()))

    def _warned(self) -> Iterator[Problem]:
        yield from terraform.warned(self)
        yield from routes.warned(self)
        yield from integrations.warned(self)
        yield from access.warned(self)
        yield from ip_versions.warned(self)
        yield from throttling.warned(self)
        yield from usage_plans.warned(self)
        yield from token_limits.warned(self)
        yield from waf.warned(self)
        yield from walked_around.warned(self)
        yield from observability.warned(self)
        yield from secrets_in_clear.warned(self)
