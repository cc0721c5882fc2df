"""Decides who may call."""

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_authorizer import ApiGatewayAuthorizer
from constructs import Construct

from constructs.gateway.identity_source import PRESENT_IN_EVERY_REQUEST
from constructs.gateway.lambda_integration import add_invoke_permission, invoke_uri
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.authorization import Authorizer, CognitoAuthorizer, RequestAuthorizer, TokenAuthorizer


class Authorizers(Construct):
    """Creates `aws_api_gateway_authorizer.<name>`, and for a Lambda authorizer the permission to invoke the
    function.
    """

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi, authorizers: Mapping[str, Authorizer]) -> None:
        super().__init__(scope, id)
        self._rest_api = rest_api
        self._arguments = {name: self._add(name, authorizer) for name, authorizer in authorizers.items()}

    def arguments_of(self, authorization: str) -> dict[str, Any]:
        """The arguments with which a method uses that authorizer, `NONE` or `AWS_IAM`."""
        return self._arguments.get(authorization, {"authorization": authorization})

    def _add(self, name: str, authorizer: Authorizer) -> dict[str, Any]:
        scope = Construct(self, name)
        authorizer_id = place(
            ApiGatewayAuthorizer,
            scope,
            name,
            rest_api_id=self._rest_api.id,
            name=name,
            type=authorizer.type,
            authorizer_result_ttl_in_seconds=authorizer.authorizer_result_ttl_in_seconds,
            **self._asks(authorizer),
        ).reference("id")
        if isinstance(authorizer, CognitoAuthorizer):
            return {"authorization": "COGNITO_USER_POOLS", "authorizer_id": authorizer_id}
        source = f"{self._rest_api.execution_arn}/authorizers/{authorizer_id}"
        add_invoke_permission(scope, f"authorizer_{name}", authorizer.function_arn, source)
        return {"authorization": "CUSTOM", "authorizer_id": authorizer_id}

    def _asks(self, authorizer: Authorizer) -> dict[str, Any]:
        """The authorizer's backend, and the parts of the request that it receives."""
        match authorizer:
            case CognitoAuthorizer():
                return {
                    "provider_arns": sorted(authorizer.provider_arns),
                    "identity_source": authorizer.identity_source,
                }
            case TokenAuthorizer(identity_validation_expression=expression):
                return {
                    "authorizer_uri": invoke_uri(self._rest_api, authorizer.function_arn),
                    "identity_source": authorizer.identity_source,
                    "identity_validation_expression": expression or None,
                }
            case RequestAuthorizer():
                return {
                    "authorizer_uri": invoke_uri(self._rest_api, authorizer.function_arn),
                    "identity_source": ",".join(authorizer.identity_sources) or PRESENT_IN_EVERY_REQUEST,
                }
