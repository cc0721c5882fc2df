"""The answer to a browser that asks before it calls."""

import json

from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct

from constructs.gateway.method import of_method
from constructs.gateway.response_headers import declared, mapped
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import Address, place
from settings.cors import Cors
from settings.route import path_address

_STATUS = 200


class Preflight(Construct):
    """Creates `aws_api_gateway_method.options_<path>`, open to all, as browsers ask without credentials."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api: RestApi,
        resource_id: str,
        path: str,
        methods: tuple[str, ...],
        cors: Cors,
    ) -> None:
        super().__init__(scope, id)
        self._headers = preflight_headers(cors, methods)
        method = ApiGatewayMethod(
            self,
            "method",
            rest_api_id=rest_api.id,
            resource_id=resource_id,
            http_method="OPTIONS",
            authorization="NONE",
        )
        self._method = place(method, f"options_{path_address(path)}")
        self._answer(integrated=self._add_integration(), responded=self._add_method_response(), cors=cors)

    def _add_integration(self) -> Address:
        integration = ApiGatewayIntegration(
            self,
            "integration",
            **of_method(self._method),
            type="MOCK",
            integration_http_method="POST",
            request_templates={"application/json": json.dumps({"statusCode": _STATUS})},
        )
        return place(integration, self._method.name)

    def _add_method_response(self) -> Address:
        response = ApiGatewayMethodResponse(
            self,
            "method_response",
            **of_method(self._method),
            status_code=str(_STATUS),
            response_parameters=declared(self._headers),
        )
        return place(response, f"{self._method.name}_{_STATUS}")

    def _answer(self, *, integrated: Address, responded: Address, cors: Cors) -> None:
        response = ApiGatewayIntegrationResponse(
            self,
            "integration_response",
            **of_method(integrated),
            status_code=responded.reference("status_code"),
            response_parameters=mapped(self._headers),
            response_templates=_own_origin(cors.allow_origins) if len(cors.allow_origins) > 1 else None,
        )
        place(response, f"{self._method.name}_{_STATUS}")


def preflight_headers(cors: Cors, methods: tuple[str, ...]) -> dict[str, str]:
    """What the browser wants to know. With several origins the template puts the caller's in place of the first."""
    headers = {
        "Access-Control-Allow-Origin": cors.allow_origins[0],
        "Access-Control-Allow-Methods": ",".join(cors.allow_methods or (*methods, "OPTIONS")),
        "Access-Control-Allow-Headers": ",".join(cors.allow_headers),
        "Access-Control-Max-Age": str(cors.max_age),
    }
    if cors.allow_credentials:
        headers["Access-Control-Allow-Credentials"] = "true"
    if len(cors.allow_origins) > 1:
        headers["Vary"] = "Origin"
    return headers


def _own_origin(origins: tuple[str, ...]) -> dict[str, str]:
    """A template that overrides a response header.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
    """
    known = " || ".join(f'$origin == "{origin}"' for origin in origins)
    header = "$context.responseOverride.header.Access-Control-Allow-Origin"
    return {
        "application/json": (
            '#set($origin = $input.params("Origin"))'
            '#if($origin == "")#set($origin = $input.params("origin"))#end'
            f"#if({known})#set({header} = $origin)#end"
        )
    }
