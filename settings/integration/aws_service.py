"""`type = "aws_service"`: any other action of an AWS service."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.base import Items
from settings.integration.allow import Allow
from settings.integration.http import variables_of
from settings.integration.mapping_template import MappingTemplate
from settings.integration.transfer import Transfer


class AwsServiceIntegration(Transfer):
    """AWS integration: API Gateway signs a request to the service with a role's credentials.

    Set either `action` or `path`, and either `allow` (Spillway creates a role with these permissions) or `role_arn`.
    """

    type: Literal["aws_service"]
    service: Annotated[str, Field(pattern=r"^([a-z0-9-]+\.)?[a-z0-9-]+$")]
    """Name of the service in the integration's URI: `sqs`, `states`, `dynamodb`. If it has a subdomain, it comes first:
    `subdomain.service`."""

    action: Annotated[str, Field(pattern=r"^[A-Za-z0-9&=?_-]+$")] | None = None
    """Action of the service, such as `StartExecution`."""

    path: Annotated[str, Field(pattern=r"^[^\s'$]+$")] | None = None
    """Path of the request to the service, such as `111122223333/jobs`. `{name}` is replaced with that path variable of
    the route."""

    integration_http_method: Literal["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"] = "POST"
    """Method of the request to the service."""

    allow: Items[Allow] = ()
    role_arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[^\s]+$")] | None = None
    """ARN of an existing role that API Gateway assumes. Set either this or `allow`."""

    request_parameters: dict[Annotated[str, Field(pattern=r"^(header|path|querystring)\.[^\s]+$")], str] = {}
    """`"header.Content-Type" = "'text/plain'"`: a static value in single quotes, or a mapping expression."""

    request_template: MappingTemplate | None = None
    """A mapping template that turns the caller's JSON into the service's request. Default: the body is passed on
    unchanged."""

    response_template: MappingTemplate | None = None
    """A mapping template for the body of a 200. Default: the service's response is passed on unchanged."""

    @property
    def path_variables(self) -> tuple[str, ...]:
        """The variables in `path`, which the route's path must have."""
        return variables_of(self.path or "")

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.action is None) == (self.path is None):
            raise ValueError("must have either action or path")
        if bool(self.allow) == bool(self.role_arn):
            raise ValueError("must have either allow or role_arn")
        return self
