"""The identity source of a REQUEST authorizer that needs no part of the request."""

PRESENT_IN_EVERY_REQUEST = "context.identity.sourceIp"
"""Use it instead of leaving `identity_source` out.

The provider then sends its own default, `method.request.header.Authorization`, and it sends no empty value either:
https://github.com/hashicorp/terraform-provider-aws/issues/39689. AWS does not call the authorizer if an identity source
is missing from the request, also without a cache: the caller gets a 401.
https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html, identitySource. Every request has a source IP,
and AWS accepts it here: https://github.com/dherault/serverless-offline/issues/1243. All read 2026-11.
"""
