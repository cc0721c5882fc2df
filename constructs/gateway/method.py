"""A method, as the integration behind it sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import Address
from settings.rate_limit_response import RateLimitResponse
from settings.route import Route


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """The method of a route in its API, and how answers that are not the backend's own must look."""

    address: Address
    rest_api: RestApi
    route: Route
    response: RateLimitResponse
    headers: Mapping[str, str]

    @property
    def name(self) -> str:
        """The Terraform name that the method shares with what belongs to it."""
        return self.address.name

    @property
    def source_arn(self) -> str:
        """Calls of this route on any stage: `.../*/POST/v1/models/*`, with a star for each path variable."""
        parts = ("*" if part.startswith("{") else part for part in self.route.path[1:].split("/"))
        return f"{self.rest_api.execution_arn}/*/{self.route.method}/{'/'.join(parts)}"


def method_arguments(method: Address) -> dict[str, Any]:
    """The three arguments that name a method, as references, so that Terraform makes the method first."""
    return {
        "rest_api_id": method.reference("rest_api_id"),
        "resource_id": method.reference("resource_id"),
        "http_method": method.reference("http_method"),
    }
