"""Who may call, from where, and under which domain."""

from collections.abc import Iterator

from settings import tls
from settings.arn import region_of
from settings.authorization import CognitoAuthorizer, RequestAuthorizer
from settings.fields import EnvironmentFields
from settings.problem import Problem

_AWS_WORDS = ("NONE", "AWS_IAM")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains-prerequisites.html, read 2026-11.
_EDGE_CERTIFICATE_REGION = "us-east-1"


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """Authorizers, policies and domains that AWS would refuse, or that would refuse every caller."""
    yield from _authorization(environment)
    yield from _authorizers(environment)
    yield from _endpoint(environment)
    yield from _resource_policy(environment)
    yield from _domain(environment)


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """Open doors: paid routes without authentication, ways around mutual TLS, authorizers without an effect."""
    yield from _open_to_all(environment)
    yield from _paths_of_aws_own(environment)
    yield from _beyond_quotas(environment)
    used = {route.authorization for route in environment.routes}
    for name in environment.authorizers:
        if name not in used:
            yield Problem(("authorizers", name), "no route uses it")
    domain = environment.domain
    if domain and domain.mutual_tls and not environment.api.disable_execute_api_endpoint:
        yield Problem(
            ("api", "disable_execute_api_endpoint"),
            "callers can bypass mutual TLS through the execute-api address; set it to true",
        )


def _beyond_quotas(environment: EnvironmentFields) -> Iterator[Problem]:
    """More than AWS accepts before it raises a quota."""
    if len(environment.authorizers) > USUAL_AUTHORIZERS:
        yield Problem(
            ("authorizers",),
            f"{len(environment.authorizers)} authorizers; AWS allows {USUAL_AUTHORIZERS} in an API until it "
            "raises the quota",
        )
    policy = environment.resource_policy
    if policy is None:
        return
    lists = (policy.source_ips, policy.source_vpc_endpoints, policy.source_vpcs, policy.accounts)
    entries = [entry for entries in lists for entry in entries]
    # Each entry with its quotes, comma and space. An account is part of an ARN.
    length = sum(len(entry) + 4 for entry in entries) + len(policy.accounts) * len("arn:aws:iam:::root")
    if length > USUAL_POLICY:
        yield Problem(
            ("resource_policy",),
            f"its lists alone have {length} characters; AWS allows a policy of {USUAL_POLICY} until it raises "
            "the account's quota; write fewer and wider ranges",
        )


# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html, read
# 2026-11: "Authorizers per API", "Length, in characters, of API Gateway resource policy".
USUAL_AUTHORIZERS = 10
USUAL_POLICY = 8192


def _open_to_all(environment: EnvironmentFields) -> Iterator[Problem]:
    domain = environment.domain
    if domain and domain.mutual_tls and environment.api.disable_execute_api_endpoint:
        return
    who = "everyone whom the resource policy allows" if environment.resource_policy else "anyone who finds the URL"
    for index, route in enumerate(environment.routes):
        open_to_all = route.authorization == "NONE" and not route.api_key_required
        if open_to_all and route.integration.type != "mock" and route.method != "OPTIONS":
            yield Problem(
                ("routes", index, "authorization"),
                f"{who} can run up the cost of the {route.integration.type} backend; give it AWS_IAM or an authorizer",
            )


def _paths_of_aws_own(environment: EnvironmentFields) -> Iterator[Problem]:
    if environment.domain is None:
        return
    for index, route in enumerate(environment.routes):
        if route.path in _HEALTH_CHECKS:
            yield Problem(
                ("routes", index, "path"),
                "under a custom domain AWS answers this path itself, as its own health check; rename it",
            )


# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html, read 2026-11.
_HEALTH_CHECKS = ("/ping", "/sping")


def _authorization(environment: EnvironmentFields) -> Iterator[Problem]:
    known = (*_AWS_WORDS, *environment.authorizers)
    for index, route in enumerate(environment.routes):
        if route.authorization not in known:
            yield Problem(("routes", index, "authorization"), f"no such authorizer; there are {', '.join(known)}")
        authorizer = environment.authorizers.get(route.authorization)
        if route.authorization_scopes and not isinstance(authorizer, CognitoAuthorizer):
            yield Problem(
                ("routes", index, "authorization_scopes"), "only a COGNITO_USER_POOLS authorizer checks scopes"
            )


def _authorizers(environment: EnvironmentFields) -> Iterator[Problem]:
    for name, authorizer in environment.authorizers.items():
        arn = getattr(authorizer, "function_arn", None)
        if arn and region_of(arn) != environment.aws.region:
            yield Problem(
                ("authorizers", name, "function_arn"),
                f"must be a function in {environment.aws.region}, the API's Region",
            )
        if (
            isinstance(authorizer, RequestAuthorizer)
            and authorizer.authorizer_result_ttl_in_seconds
            and not authorizer.identity_sources
        ):
            yield Problem(
                ("authorizers", name, "authorizer_result_ttl_in_seconds"),
                "must be 0 without identity_sources, which are AWS's cache key",
            )


def _endpoint(environment: EnvironmentFields) -> Iterator[Problem]:
    api = environment.api
    if api.vpc_endpoint_ids and api.endpoint_type != "PRIVATE":
        yield Problem(
            ("api", "vpc_endpoint_ids"), f"only a PRIVATE API has VPC endpoints, and this one is {api.endpoint_type}"
        )
    if api.endpoint_type == "PRIVATE" and environment.resource_policy is None:
        yield Problem(
            ("api", "endpoint_type"),
            "a PRIVATE API needs a [resource_policy]: AWS does not deploy it without one",
        )
    if api.disable_execute_api_endpoint and environment.domain is None:
        yield Problem(("api", "disable_execute_api_endpoint"), "needs a [domain]; without one the API has no address")
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-ip-address-type.html, read 2026-11.
    if api.ip_address_type == "ipv4" and api.endpoint_type == "PRIVATE":
        yield Problem(("api", "ip_address_type"), "must be dualstack for a PRIVATE API; AWS supports nothing else")
    yield from tls.refused("api", api.security_policy, api.endpoint_access_mode, endpoint_type=api.endpoint_type)


def _resource_policy(environment: EnvironmentFields) -> Iterator[Problem]:
    policy = environment.resource_policy
    if policy is None:
        return
    if not any((policy.source_ips, policy.source_vpc_endpoints, policy.source_vpcs, policy.accounts)):
        yield Problem(("resource_policy",), "must have source_ips, source_vpc_endpoints, source_vpcs or accounts")
    for field in ("source_vpc_endpoints", "source_vpcs"):
        given = getattr(policy, field)
        if given and environment.api.endpoint_type != "PRIVATE":
            yield Problem(
                ("resource_policy", field),
                "only calls to a PRIVATE API come through VPC endpoints; with this, every call is refused",
            )
    if policy.accounts:
        for index, route in enumerate(environment.routes):
            if route.authorization != "AWS_IAM":
                yield Problem(
                    ("routes", index, "authorization"),
                    'must be "AWS_IAM": resource_policy.accounts allows signed calls only',
                )


def _domain(environment: EnvironmentFields) -> Iterator[Problem]:
    domain = environment.domain
    if domain is None:
        return
    endpoint_type = environment.api.endpoint_type
    if endpoint_type == "PRIVATE":
        yield Problem(
            ("domain", "domain_name"),
            "a PRIVATE API's domain also needs an access association for each VPC endpoint; Spillway makes none",
        )
        return
    region = _EDGE_CERTIFICATE_REGION if endpoint_type == "EDGE" else environment.aws.region
    if region_of(domain.certificate_arn) != region:
        yield Problem(("domain", "certificate_arn"), f"must be a certificate in {region} for this {endpoint_type} API")
    yield from tls.refused("domain", domain.security_policy, domain.endpoint_access_mode, endpoint_type=endpoint_type)
    if domain.mutual_tls is None:
        return
    if endpoint_type == "EDGE":
        yield Problem(("domain", "mutual_tls"), "AWS supports mutual TLS for REGIONAL APIs only")
    if domain.security_policy != "TLS_1_2":
        yield Problem(("domain", "security_policy"), "must be TLS_1_2 with mutual TLS")
