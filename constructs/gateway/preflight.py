"""The answer to a browser's preflight request."""

from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from constructs import Construct

from constructs.gateway.mock_integration import add_mock_integration
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.cors import Cors


class Preflight(Construct):
    """Creates `aws_api_gateway_method.options_<path>` without authorization, since browsers send no credentials."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api: RestApi,
        resource_id: str,
        methods: tuple[str, ...],
        cors: Cors,
    ) -> None:
        super().__init__(scope, id)
        method = place(
            ApiGatewayMethod,
            self,
            id,
            rest_api_id=rest_api.id,
            resource_id=resource_id,
            http_method="OPTIONS",
            authorization="NONE",
        )
        add_mock_integration(
            self,
            method=method,
            status=200,
            headers=preflight_headers(cors, methods),
            template=_own_origin(cors.allow_origins) if len(cors.allow_origins) > 1 else None,
        )


def preflight_headers(cors: Cors, methods: tuple[str, ...]) -> dict[str, str]:
    """The headers for the browser. With several origins, the template replaces the first one with the caller's."""
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


def _own_origin(origins: tuple[str, ...]) -> str:
    """A template that overrides a response header.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
    """
    known = " || ".join(f'$origin == "{origin}"' for origin in origins)
    header = "$context.responseOverride.header.Access-Control-Allow-Origin"
    return (
        '#set($origin = $input.params("Origin"))'
        '#if($origin == "")#set($origin = $input.params("origin"))#end'
        f"#if({known})#set({header} = $origin)#end"
    )
