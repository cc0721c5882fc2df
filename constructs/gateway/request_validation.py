"""Requests that API Gateway refuses with a 400 before it calls a backend."""

import json
from collections.abc import Iterable
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_model import ApiGatewayModel
from cdktf_cdktf_provider_aws.api_gateway_request_validator import ApiGatewayRequestValidator
from constructs import Construct

from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.route import Route


class RequestValidation(Construct):
    """Creates `aws_api_gateway_model.<route>` for each schema, and a request validator for each kind of check."""

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi, routes: Iterable[Route]) -> None:
        super().__init__(scope, id)
        self._rest_api = rest_api
        self._validators: dict[str, str] = {}
        self._arguments = {route.key: self._validate(route) for route in routes if route.request.validates}

    def arguments_of(self, route: Route) -> dict[str, Any]:
        """The arguments with which the route's method validates its requests; empty if it validates nothing."""
        return self._arguments.get(route.key, {})

    def _validate(self, route: Route) -> dict[str, Any]:
        request = route.request
        body, parameters = request.body_schema is not None, bool(request.required_parameters)
        arguments: dict[str, Any] = {"request_validator_id": self._validator(body=body, parameters=parameters)}
        if request.body_schema is not None:
            model = self._add_model(route, request.body_schema)
            # Without $default, a body with another content type is not validated:
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
            arguments["request_models"] = {"application/json": model, "$default": model}
        return arguments

    def _add_model(self, route: Route, schema: dict[str, Any]) -> str:
        model = place(
            ApiGatewayModel,
            self,
            route.address,
            rest_api_id=self._rest_api.id,
            name=route.model_name,
            content_type="application/json",
            schema=json.dumps(schema),
        )
        return model.reference("name")

    def _validator(self, *, body: bool, parameters: bool) -> str:
        name = "_and_".join(["body"] * body + ["parameters"] * parameters)
        if name not in self._validators:
            validator = place(
                ApiGatewayRequestValidator,
                self,
                name,
                rest_api_id=self._rest_api.id,
                name=name,
                validate_request_body=body,
                validate_request_parameters=parameters,
            )
            self._validators[name] = validator.reference("id")
        return self._validators[name]
