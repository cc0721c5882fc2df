"""MINIMAL with another backend behind its only route."""

from pathlib import Path
from typing import Any

from tests.environment_files import changed
from tests.synthesis import Rendered, rendered_text

Resources = dict[str, dict[str, Any]]


def with_route(integration: str, *, method: str = "POST", path: str = "/chat", more: str = "", tables: str = "") -> str:
    """The route's own lines are in `more`, followed by its integration's lines and by other tables."""
    route = f'path = "{path}"\n{more}\n[routes.integration]\n{integration}\n{tables}'
    return changed(method=f'method = "{method}"', path=route)


def resources(folder: Path, text: str) -> Resources:
    """The resources of the stack, by Terraform type and name."""
    created: Resources = rendered_text(folder, text)["resource"]
    return created


def of_method(name: str) -> Rendered:
    """The three arguments that connect a resource to its method."""
    method = f"aws_api_gateway_method.{name}"
    return {
        "rest_api_id": f"${{{method}.rest_api_id}}",
        "resource_id": f"${{{method}.resource_id}}",
        "http_method": f"${{{method}.http_method}}",
    }


def of_integration(name: str) -> Rendered:
    """The same through the integration, so that Terraform creates a response after it."""
    integration = f"aws_api_gateway_integration.{name}"
    return {
        "rest_api_id": f"${{{integration}.rest_api_id}}",
        "resource_id": f"${{{integration}.resource_id}}",
        "http_method": f"${{{integration}.http_method}}",
    }
