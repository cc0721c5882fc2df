"""Who may call, from where, and under which name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from settings import tls
from settings.arn import region_of
from settings.authorization import CognitoAuthorizer, RequestAuthorizer
from settings.problem import Problem

if TYPE_CHECKING:
    from settings.environment import Environment

_AWS_WORDS = ("NONE", "AWS_IAM")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains-prerequisites.html, read 2026-11.
_EDGE_CERTIFICATE_REGION = "us-east-1"


def refused(environment: Environment) -> Iterator[Problem]:
    """Authorizers, policies and domains that AWS would refuse, or that would let nobody in."""
    yield from _authorization(environment)
    yield from _authorizers(environment)
    yield from _endpoint(environment)
    yield from _resource_policy(environment)
    yield from _domain(environment)


def warned(environment: Environment) -> Iterator[Problem]:
    """Open doors: routes that cost money and ask nobody who he is, ways around mutual TLS, authorizers of no use."""
    yield from _open_to_all(environment)
    yield from _paths_of_aws_own(environment)
    yield from _beyond_quotas(environment)
    used = {route.authorization for route in environment.routes}
    for name, authorizer in environment.authorizers.items():
        if name not in used:
            yield Problem(where=("authorizers", name), got=authorizer.type, allowed="no route names it")
    domain = environment.domain
    if domain and domain.mutual_tls and not environment.api.disable_execute_api_endpoint:
        allowed = "callers get around mutual TLS by the execute-api address; set it to true"
        yield Problem(where=("api", "disable_execute_api_endpoint"), got=False, allowed=allowed)


def _beyond_quotas(environment: Environment) -> Iterator[Problem]:
    """More than AWS takes before it raises a quota."""
    if len(environment.authorizers) > USUAL_AUTHORIZERS:
        allowed = f"authorizers, and AWS takes {USUAL_AUTHORIZERS} in an API until it raises the quota"
        yield Problem(where=("authorizers",), got=len(environment.authorizers), allowed=allowed)
    policy = environment.resource_policy
    if policy is None:
        return
    lists = (policy.source_ips, policy.source_vpc_endpoints, policy.source_vpcs, policy.accounts)
    entries = [entry for entries in lists for entry in entries]
    # Each entry with its quotes, comma and blank; an account is part of an ARN.
    length = sum(len(entry) + 4 for entry in entries) + len(policy.accounts) * len("arn:aws:iam:::root")
    if length > USUAL_POLICY:
        allowed = (
            f"its lists alone are {length} characters long, and AWS takes a policy of {USUAL_POLICY} until it raises "
            "the account's quota; write fewer and wider ranges"
        )
        yield Problem(where=("resource_policy",), got=len(entries), allowed=allowed)


# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html, read
# 2026-11: "Authorizers per API", "Length, in characters, of API Gateway resource policy".
USUAL_AUTHORIZERS = 10
USUAL_POLICY = 8192


def _open_to_all(environment: Environment) -> Iterator[Problem]:
    domain = environment.domain
    if domain and domain.mutual_tls and environment.api.disable_execute_api_endpoint:
        return
    who = "whoever the resource policy lets in" if environment.resource_policy else "whoever finds the URL"
    for index, route in enumerate(environment.routes):
        open_to_all = route.authorization == "NONE" and not route.api_key_required
        if open_to_all and route.integration.type != "mock" and route.method != "OPTIONS":
            allowed = (
                f"{who} can run up the cost of the {route.integration.type} backend; give it AWS_IAM or an authorizer"
            )
            yield Problem(where=("routes", index, "authorization"), got=route.authorization, allowed=allowed)


def _paths_of_aws_own(environment: Environment) -> Iterator[Problem]:
    if environment.domain is None:
        return
    for index, route in enumerate(environment.routes):
        if route.path in _HEALTH_CHECKS:
            allowed = "AWS answers it itself under a custom domain: it is a health check of its own; rename it"
            yield Problem(where=("routes", index, "path"), got=route.path, allowed=allowed)


# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html, read 2026-11.
_HEALTH_CHECKS = ("/ping", "/sping")


def _authorization(environment: Environment) -> Iterator[Problem]:
    known = (*_AWS_WORDS, *environment.authorizers)
    for index, route in enumerate(environment.routes):
        if route.authorization not in known:
            allowed = f"no such authorizer; there are {', '.join(known)}"
            yield Problem(where=("routes", index, "authorization"), got=route.authorization, allowed=allowed)
        authorizer = environment.authorizers.get(route.authorization)
        if route.authorization_scopes and not isinstance(authorizer, CognitoAuthorizer):
            allowed = "only a COGNITO_USER_POOLS authorizer looks at scopes"
            where = ("routes", index, "authorization_scopes")
            yield Problem(where=where, got=list(route.authorization_scopes), allowed=allowed)


def _authorizers(environment: Environment) -> Iterator[Problem]:
    for name, authorizer in environment.authorizers.items():
        arn = getattr(authorizer, "function_arn", None)
        if arn and region_of(arn) != environment.aws.region:
            allowed = f"must be a function in {environment.aws.region}, the API's Region"
            yield Problem(where=("authorizers", name, "function_arn"), got=arn, allowed=allowed)
        if (
            isinstance(authorizer, RequestAuthorizer)
            and authorizer.authorizer_result_ttl_in_seconds
            and not authorizer.identity_sources
        ):
            allowed = "must be 0 without identity_sources, which are the key of what AWS remembers"
            where = ("authorizers", name, "authorizer_result_ttl_in_seconds")
            yield Problem(where=where, got=authorizer.authorizer_result_ttl_in_seconds, allowed=allowed)


def _endpoint(environment: Environment) -> Iterator[Problem]:
    api = environment.api
    if api.vpc_endpoint_ids and api.endpoint_type != "PRIVATE":
        allowed = f"only a PRIVATE API has VPC endpoints, and this one is {api.endpoint_type}"
        yield Problem(where=("api", "vpc_endpoint_ids"), got=list(api.vpc_endpoint_ids), allowed=allowed)
    if api.endpoint_type == "PRIVATE" and environment.resource_policy is None:
        allowed = "a PRIVATE API needs a [resource_policy]: AWS deploys none without, and lets nobody in"
        yield Problem(where=("api", "endpoint_type"), got=api.endpoint_type, allowed=allowed)
    if api.disable_execute_api_endpoint and environment.domain is None:
        allowed = "needs a [domain], or the API has no address at all"
        yield Problem(where=("api", "disable_execute_api_endpoint"), got=True, allowed=allowed)
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-ip-address-type.html, read 2026-11.
    if api.ip_address_type == "ipv4" and api.endpoint_type == "PRIVATE":
        allowed = "must be dualstack for a PRIVATE API, which AWS has no other way"
        yield Problem(where=("api", "ip_address_type"), got=api.ip_address_type, allowed=allowed)
    yield from tls.refused("api", api.security_policy, api.endpoint_access_mode, endpoint_type=api.endpoint_type)


def _resource_policy(environment: Environment) -> Iterator[Problem]:
    policy = environment.resource_policy
    if policy is None:
        return
    if not any((policy.source_ips, policy.source_vpc_endpoints, policy.source_vpcs, policy.accounts)):
        allowed = "must have source_ips, source_vpc_endpoints, source_vpcs or accounts"
        yield Problem(where=("resource_policy",), got={}, allowed=allowed)
    for field in ("source_vpc_endpoints", "source_vpcs"):
        given = getattr(policy, field)
        if given and environment.api.endpoint_type != "PRIVATE":
            allowed = "only calls to a PRIVATE API come through VPC endpoints; with this nobody gets in"
            yield Problem(where=("resource_policy", field), got=list(given), allowed=allowed)
    if policy.accounts:
        for index, route in enumerate(environment.routes):
            if route.authorization != "AWS_IAM":
                allowed = 'must be "AWS_IAM": resource_policy.accounts lets in signed calls only'
                yield Problem(where=("routes", index, "authorization"), got=route.authorization, allowed=allowed)


def _domain(environment: Environment) -> Iterator[Problem]:
    domain = environment.domain
    if domain is None:
        return
    endpoint_type = environment.api.endpoint_type
    if endpoint_type == "PRIVATE":
        allowed = "a PRIVATE API's domain also needs an access association for each VPC endpoint, which is not built"
        yield Problem(where=("domain", "domain_name"), got=domain.domain_name, allowed=allowed)
        return
    region = _EDGE_CERTIFICATE_REGION if endpoint_type == "EDGE" else environment.aws.region
    if region_of(domain.certificate_arn) != region:
        allowed = f"must be a certificate in {region} for this {endpoint_type} API"
        yield Problem(where=("domain", "certificate_arn"), got=domain.certificate_arn, allowed=allowed)
    yield from tls.refused("domain", domain.security_policy, domain.endpoint_access_mode, endpoint_type=endpoint_type)
    if domain.mutual_tls is None:
        return
    if endpoint_type == "EDGE":
        allowed = "AWS has mutual TLS for REGIONAL APIs only"
        yield Problem(where=("domain", "mutual_tls"), got=domain.mutual_tls.truststore_uri, allowed=allowed)
    if domain.security_policy != "TLS_1_2":
        allowed = "must be TLS_1_2 with mutual TLS"
        yield Problem(where=("domain", "security_policy"), got=domain.security_policy, allowed=allowed)
