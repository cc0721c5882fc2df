"""A method, from the point of view of the integration behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import Address
from settings.rate_limit_response import RateLimitResponse
from settings.route import Route


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """The method of a route in its API, and the shape of answers that do not come from the backend."""

    address: Address
    rest_api: RestApi
    route: Route
    response: RateLimitResponse
    headers: Mapping[str, str]

    @property
    def name(self) -> str:
        """The Terraform name of the method and of everything that belongs to it."""
        return self.address.name

    @property
    def source_arn(self) -> str:
        """Calls of this route on any stage: `.../*/POST/v1/models/*`, with a star for each path variable."""
        parts = ("*" if part.startswith("{") else part for part in self.route.path[1:].split("/"))
        return f"{self.rest_api.execution_arn}/*/{self.route.method}/{'/'.join(parts)}"


def method_arguments(method: Address) -> dict[str, Any]:
    """The three arguments that identify a method, as references, so that Terraform creates the method first."""
    return {
        "rest_api_id": method.reference("rest_api_id"),
        "resource_id": method.reference("resource_id"),
        "http_method": method.reference("http_method"),
    }
