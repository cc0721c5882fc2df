"""The `[authorizers.<name>]` tables: who may call, in addition to `NONE` and `AWS_IAM`."""

from typing import Annotated, Literal

from pydantic import Field

from settings.authorizer_result import ResultTtl
from settings.base import Items, Settings, SomeItems
from settings.integration.lambda_function import FunctionArn

# It is also the Terraform name. Lower case, so that it never equals one of AWS's own words.
AuthorizerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,127}$")]

_HEADER = r"method\.request\.header\.[A-Za-z0-9-]+"


class CognitoAuthorizer(Settings):
    """Accepts a token of one of these user pools: an ID token, or an access token if `authorization_scopes` is set."""

    type: Literal["COGNITO_USER_POOLS"]
    provider_arns: SomeItems[
        Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/.+$")]
    ]
    """ARNs of the user pools."""

    identity_source: Annotated[str, Field(pattern=rf"^{_HEADER}$")] = "method.request.header.Authorization"
    """The header with the token."""

    authorizer_result_ttl_in_seconds: ResultTtl = 300
    """How many seconds AWS caches a decision. With 0, AWS decides for every request."""


class TokenAuthorizer(Settings):
    """A Lambda function that gets the token of one header and returns a policy."""

    type: Literal["TOKEN"]
    function_arn: FunctionArn
    """ARN of the Lambda function."""

    identity_source: Annotated[str, Field(pattern=rf"^{_HEADER}$")] = "method.request.header.Authorization"
    """The header with the token."""

    identity_validation_expression: str | None = None
    """A regular expression that the token must match. If it does not, the caller gets a 401 and AWS does not run the
    function."""

    authorizer_result_ttl_in_seconds: ResultTtl = 300
    """How many seconds AWS caches a decision. With 0, AWS runs the function for every request."""


class RequestAuthorizer(Settings):
    """A Lambda function that gets headers, query string, path and context, and returns a policy."""

    type: Literal["REQUEST"]
    function_arn: FunctionArn
    """ARN of the Lambda function."""

    identity_sources: Items[
        Annotated[
            str,
            Field(pattern=r"^(method\.request\.(header|querystring)|stageVariables|context)\.[A-Za-z0-9._-]+$"),
        ]
    ] = ()
    """Every source must be in the request, or the caller gets a 401. Together they are the cache key. Without any, AWS
    runs the function for every request."""

    authorizer_result_ttl_in_seconds: ResultTtl = 300
    """How many seconds AWS caches a decision. With 0, AWS runs the function for every request."""


Authorizer = Annotated[CognitoAuthorizer | TokenAuthorizer | RequestAuthorizer, Field(discriminator="type")]

Authorization = Annotated[str, Field(pattern=r"^(NONE|AWS_IAM|[a-z][a-z0-9_]{0,127})$")]
"""`NONE`, `AWS_IAM`, or the name of an authorizer."""
