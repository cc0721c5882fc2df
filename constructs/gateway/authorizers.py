"""Who may call."""

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.api_gateway_authorizer import ApiGatewayAuthorizer
from constructs import Construct

from constructs.gateway.lambda_integration import add_invoke_permission, invoke_uri
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from constructs.terraform.literal import literal
from settings.authorization import Authorizer, CognitoAuthorizer, RequestAuthorizer, TokenAuthorizer


class Authorizers(Construct):
    """Creates `aws_api_gateway_authorizer.<name>`, and for Lambdas the permission to run them for this authorizer."""

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi, authorizers: Mapping[str, Authorizer]) -> None:
        super().__init__(scope, id)
        self._rest_api = rest_api
        self._arguments = {name: self._add(name, authorizer) for name, authorizer in authorizers.items()}

    def arguments_of(self, authorization: str) -> dict[str, Any]:
        """The arguments that make a method ask that authorizer, or `NONE`, or `AWS_IAM`."""
        return self._arguments.get(authorization, {"authorization": authorization})

    def _add(self, name: str, authorizer: Authorizer) -> dict[str, Any]:
        scope = Construct(self, name)
        match authorizer:
            case CognitoAuthorizer():
                resource = ApiGatewayAuthorizer(
                    scope,
                    "authorizer",
                    rest_api_id=self._rest_api.id,
                    name=name,
                    type=authorizer.type,
                    provider_arns=sorted(authorizer.provider_arns),
                    identity_source=authorizer.identity_source,
                    authorizer_result_ttl_in_seconds=authorizer.authorizer_result_ttl_in_seconds,
                )
                return {"authorization": "COGNITO_USER_POOLS", "authorizer_id": place(resource, name).reference("id")}
            case TokenAuthorizer() | RequestAuthorizer():
                return {"authorization": "CUSTOM", "authorizer_id": self._add_lambda(scope, name, authorizer)}

    def _add_lambda(self, scope: Construct, name: str, authorizer: TokenAuthorizer | RequestAuthorizer) -> str:
        sources, expression = None, None
        match authorizer:
            case TokenAuthorizer():
                sources, expression = authorizer.identity_source, authorizer.identity_validation_expression
            case RequestAuthorizer():
                sources = ",".join(authorizer.identity_sources) or None
        resource = ApiGatewayAuthorizer(
            scope,
            "authorizer",
            rest_api_id=self._rest_api.id,
            name=name,
            type=authorizer.type,
            authorizer_uri=invoke_uri(self._rest_api, authorizer.function_arn),
            identity_source=sources,
            identity_validation_expression=literal(expression) if expression else None,
            authorizer_result_ttl_in_seconds=authorizer.authorizer_result_ttl_in_seconds,
        )
        authorizer_id = place(resource, name).reference("id")
        source = f"{self._rest_api.execution_arn}/authorizers/{authorizer_id}"
        add_invoke_permission(scope, f"authorizer_{name}", authorizer.function_arn, source)
        return authorizer_id
