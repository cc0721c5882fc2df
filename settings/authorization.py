"""The `[authorizers.<name>]` tables: who may call, beyond `NONE` and `AWS_IAM`."""

from typing import Annotated, Literal

from pydantic import Field

from settings.authorizer_result import ResultTtl
from settings.base import Items, Settings, SomeItems
from settings.integration.lambda_function import FunctionArn

# Also its Terraform name; lower case, so that it is never one of AWS's own words.
AuthorizerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,127}$")]

_HEADER = r"method\.request\.header\.[A-Za-z0-9-]+"


class CognitoAuthorizer(Settings):
    """Takes a token of one of these user pools: an ID token, or with `authorization_scopes` an access token."""

    type: Literal["COGNITO_USER_POOLS"]
    provider_arns: SomeItems[
        Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/.+$")]
    ]
    """ARNs of the user pools."""

    identity_source: Annotated[str, Field(pattern=rf"^{_HEADER}$")] = "method.request.header.Authorization"
    """The header with the token."""

    authorizer_result_ttl_in_seconds: ResultTtl = 300
    """How long AWS remembers a decision; 0 asks each time."""


class TokenAuthorizer(Settings):
    """A Lambda that is given the token in one header, and answers with a policy."""

    type: Literal["TOKEN"]
    function_arn: FunctionArn
    """ARN of the Lambda function."""

    identity_source: Annotated[str, Field(pattern=rf"^{_HEADER}$")] = "method.request.header.Authorization"
    """The header with the token."""

    identity_validation_expression: str | None = None
    """A regular expression that the token must match, or the caller gets a 401 and the Lambda is not run."""

    authorizer_result_ttl_in_seconds: ResultTtl = 300
    """How long AWS remembers a decision; 0 asks each time."""


class RequestAuthorizer(Settings):
    """A Lambda that is given headers, query string, path and context, and answers with a policy."""

    type: Literal["REQUEST"]
    function_arn: FunctionArn
    """ARN of the Lambda function."""

    identity_sources: Items[
        Annotated[
            str,
            Field(pattern=r"^(method\.request\.(header|querystring)|stageVariables|context)\.[A-Za-z0-9._-]+$"),
        ]
    ] = ()
    """All must be there, or the caller gets a 401; together they are the key of what AWS remembers."""

    authorizer_result_ttl_in_seconds: ResultTtl = 300
    """How long AWS remembers a decision; 0 asks each time."""


Authorizer = Annotated[CognitoAuthorizer | TokenAuthorizer | RequestAuthorizer, Field(discriminator="type")]

Authorization = Annotated[str, Field(pattern=r"^(NONE|AWS_IAM|[a-z][a-z0-9_]{0,127})$")]
"""`NONE`, `AWS_IAM`, or the name of an authorizer."""
