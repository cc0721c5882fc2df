"""Limits in tokens, compared with the routes, identities and prices that they need."""

from collections.abc import Iterator, Sequence

from settings.arn import region_of
from settings.authorization import CognitoAuthorizer
from settings.checks.unknown_route import no_such_route
from settings.fields import EnvironmentFields
from settings.formatting import decimal
from settings.integration import BedrockIntegration, LambdaIntegration, PrivateIntegration
from settings.integration.lambda_function import MOST_BYTES_OF_VARIABLES
from settings.problem import Problem
from settings.route import Route
from settings.secrecy import Where
from settings.throttling import Throttle
from settings.token_limits.covering import METERED, covering, covers, limit_variables, metered_routes, plan_keys
from settings.token_limits.limits import Limits
from settings.token_limits.one_item import (
    MOST_SHARDS,
    WRITES_OF_A_REQUEST,
    requests_of_one_item,
    shards_for,
    write_units,
)
from settings.token_limits.token_metering import TokenMetering
from settings.token_limits.token_store import TokenStore
from settings.usage_plan import UsagePlan

# The size of a function's other variables: the 429 and headers, the backend, names. It is only known once they are
# rendered.
_OTHER_BYTES = 1200
# An API key's id: https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html gives no length. Those of AWS have
# ten characters.
_KEY_ID = "0123456789"


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """A limit that nothing can enforce, or that would refuse every request."""
    yield from _of_table(environment)
    yield from _of_plans(environment)
    yield from _of_another_region(environment)
    for index, route in enumerate(environment.routes):
        if covering(environment, route):
            yield from _cannot_be_reached(route, ("routes", index, "integration"))
            yield from _too_many_variables(environment, route, ("routes", index))


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """Tables without an effect, callers that exceed what an item or the table can write, functions that leave their VPC
    to reach DynamoDB.
    """
    metered = metered_routes(environment)
    if not metered:
        yield from _of_no_use(environment)
        return
    yield from _outrun(environment, metered)
    for index, route in enumerate(environment.routes):
        if route in metered:
            yield from _reaches_otherwise(environment, route, ("routes", index, "integration"))


def _outrun(environment: EnvironmentFields, metered: Sequence[Route]) -> Iterator[Problem]:
    for index, limit in enumerate(environment.token_limits):
        if limit.by == ("all",):
            reach = _reach(environment, [route for route in metered if covers(limit, route)])
            slots = limit.concurrent_requests or 0
            if reach > limit.shards * requests_of_one_item(slots / limit.shards):
                shards = shards_for(reach, slots)
                room = (
                    f"shards = {shards} is enough, at the cost that docs/token-limits.md describes"
                    if shards
                    else f"not even shards = {MOST_SHARDS} is enough: lower the throttles"
                )
                yield Problem(("token_limits", index, "shards"), f"{_takes(slots / limit.shards, reach)}; {room}")
    for name, plan in environment.usage_plans.items():
        if plan.token_limits:
            yield from _key_outruns(environment, name, plan, metered)
    yield from _table_outrun(environment, metered)


def _takes(slots: float, reach: float) -> str:
    return (
        f"DynamoDB supports about {requests_of_one_item(slots)} requests per second for one item{_larger(slots)}, but "
        f"the throttles allow {decimal(reach)}"
    )


def _larger(slots: float) -> str:
    return f", which is larger than 1 KB with {decimal(slots)} requests in it" if write_units(slots) > 1 else ""


def _key_outruns(
    environment: EnvironmentFields, name: str, plan: UsagePlan, metered: Sequence[Route]
) -> Iterator[Problem]:
    """Without its own throttle, a key may send as much as the stage allows."""
    slots = plan.concurrent_requests or 0
    takes = requests_of_one_item(slots)
    if plan.throttle:
        rate = plan.throttle.rate_limit
    else:
        rate = _reach(environment, [route for route in metered if route.api_key_required])
    if rate > takes:
        allowed = (
            f"a key of this plan may send more than the {takes} requests per second that DynamoDB supports for one "
            f"item{_larger(slots)}; above that, its limits are unavailable"
        )
        where = ("usage_plans", name, "throttle")
        yield Problem((*where, "rate_limit") if plan.throttle else where, allowed)


def _table_outrun(environment: EnvironmentFields, metered: Sequence[Route]) -> Iterator[Problem]:
    """If the cap on the bill is lower than the traffic, the limits become unavailable."""
    cap = environment.token_store.max_write_request_units
    if cap is None:
        return
    units = {route.key: _units(environment, route) for route in metered}
    reach = sum(_rate(environment, route) * units[route.key] for route in metered)
    reach = min(reach, environment.account_throttle.rate_limit * max(units.values()))
    if reach > cap:
        allowed = (
            f"is below the {decimal(reach)} writes per second of the requests that the throttles allow; DynamoDB "
            "refuses the rest, and the limits are then unavailable"
        )
        yield Problem(("token_store", "max_write_request_units"), allowed)


def _units(environment: EnvironmentFields, route: Route) -> int:
    """Write units of one request: two writes to each item that holds one of its budgets."""
    return WRITES_OF_A_REQUEST * len({budget.by for budget in covering(environment, route)})


def _reaches_otherwise(environment: EnvironmentFields, route: Route, where: Where) -> Iterator[Problem]:
    """What API Gateway does by itself on the way to the backend, but a function does not."""
    certificate, url = environment.stage.client_certificate, getattr(route.integration, "url", "")
    if certificate and url.startswith("https://"):
        allowed = (
            f"the function in front of {route.key} calls the server itself and has no client certificate: a server "
            "that requires one refuses the call"
        )
        yield Problem(("stage", "client_certificate"), allowed)
    if isinstance(route.integration, PrivateIntegration):
        allowed = (
            "the function in front of it runs in these subnets, and reaches DynamoDB only through a gateway "
            "endpoint for DynamoDB in their route tables, or a NAT"
        )
        yield Problem((*where, "subnet_ids"), allowed)


def _of_no_use(environment: EnvironmentFields) -> Iterator[Problem]:
    given = {
        "token_metering": environment.token_metering != TokenMetering(),
        "token_store": environment.token_store != TokenStore(),
        "token_prices": bool(environment.token_prices),
    }
    for table, is_given in given.items():
        if is_given:
            allowed = "has no effect: no usage plan and no [[token_limits]] limits tokens, money or concurrent requests"
            yield Problem((table,), allowed)


def _of_another_region(environment: EnvironmentFields) -> Iterator[Problem]:
    key = environment.token_store.kms_key_arn
    if key and region_of(key) != environment.aws.region:
        allowed = f"must be in {environment.aws.region}, the table's Region"
        yield Problem(("token_store", "kms_key_arn"), allowed)


def _rate(environment: EnvironmentFields, route: Route) -> float:
    bucket = environment.throttling.throttle_of(route.key)
    if bucket == "blocked":
        return 0
    return bucket.rate_limit if isinstance(bucket, Throttle) else environment.account_throttle.rate_limit


def _reach(environment: EnvironmentFields, routes: Sequence[Route]) -> float:
    """Requests per second of these routes together. All routes share the account's bucket."""
    return min(sum(_rate(environment, route) for route in routes), environment.account_throttle.rate_limit)


def _of_table(environment: EnvironmentFields) -> Iterator[Problem]:
    routes = {route.key: route for route in environment.routes}
    names = set[str]()
    for index, limit in enumerate(environment.token_limits):
        where = ("token_limits", index)
        if limit.name in names:
            yield Problem((*where, "name"), "another limit has that name; rename one")
        names.add(limit.name)
        for place, key in enumerate(limit.routes):
            if key not in routes:
                yield Problem((*where, "routes", place), no_such_route(key, routes))
            elif not isinstance(routes[key].integration, METERED):
                yield Problem((*where, "routes"), _cannot_meter(routes[key]))
        covered = [route for route in environment.routes if covers(limit, route)]
        if not covered and not limit.routes:
            allowed = "covers no route: only bedrock, http and private routes can have limits in tokens"
            yield Problem((*where, "name"), allowed)
        for route in covered:
            for identity in limit.by:
                if missing := _not_established(environment, route, identity):
                    allowed = f"{route.key} {missing}; limit routes to those that do"
                    yield Problem((*where, "by"), allowed)
        yield from _below_one_request(environment, where, limit)
        yield from _without_prices(environment, where, limit, covered)


def _of_plans(environment: EnvironmentFields) -> Iterator[Problem]:
    with_key = [route for route in environment.routes if route.api_key_required]
    for name, plan in environment.usage_plans.items():
        if not plan.token_limits:
            continue
        where = ("usage_plans", name)
        if not plan.api_keys:
            allowed = "needs keys in this file: from it the function knows which key is in which plan"
            yield Problem((*where, "api_keys"), allowed)
        for route in with_key:
            if not isinstance(route.integration, METERED) and plan.routes.get(route.key) != "blocked":
                first = next(iter(plan.token_limits))
                allowed = f"{_cannot_meter(route)}; or block the route in this plan, or remove its api_key_required"
                yield Problem((*where, first), allowed)
        yield from _below_one_request(environment, where, plan)
        yield from _without_prices(environment, where, plan, with_key)


def _cannot_meter(route: Route) -> str:
    if isinstance(route.integration, LambdaIntegration):
        return (
            f"{route.key} is your own function, and Spillway cannot put another one in front of it; "
            "put the model behind an http or bedrock route"
        )
    return (
        f"{route.key} is {route.integration.type}, and only a bedrock, http or private route can have limits in tokens"
    )


def _not_established(environment: EnvironmentFields, route: Route, identity: str) -> str | None:
    if identity == "api_key":
        return None if route.api_key_required else "does not require an API key"
    if identity == "principal":
        return None if route.authorization != "NONE" else "does not authenticate callers (authorization is NONE)"
    if identity.startswith("claim:"):
        authorizer = environment.authorizers.get(route.authorization)
        if authorizer is None:
            return f"has no authorizer that could provide {identity}"
        if isinstance(authorizer, CognitoAuthorizer) or authorizer.type in {"TOKEN", "REQUEST"}:
            return None
    return None


def _below_one_request(environment: EnvironmentFields, where: Where, limits: Limits) -> Iterator[Problem]:
    """The smallest possible request to a model has one token of input and one of output."""
    weights = environment.token_metering.weights
    least = weights.input + weights.output
    for field in ("tokens_per_minute", "tokens_per_day"):
        value = getattr(limits, field)
        if value is not None and value < least:
            allowed = f"is below one request: one token in and one out already count {decimal(least)}"
            yield Problem((*where, field), allowed)


def _without_prices(
    environment: EnvironmentFields, where: Where, limits: Limits, covered: list[Route]
) -> Iterator[Problem]:
    if limits.usd_per_month is None:
        return
    where = (*where, "usd_per_month")
    if not environment.token_prices:
        allowed = 'needs prices: a table [token_prices."<model>"] with input and output, USD per million tokens'
        yield Problem(where, allowed)
        return
    for route in covered:
        integration = route.integration
        called = integration.model_ids if isinstance(integration, BedrockIntegration) else ()
        for model_id in called:
            if model_id not in environment.token_prices:
                allowed = f'needs a price for {route.key}: a table [token_prices."{model_id}"]'
                yield Problem(where, allowed)
    cheapest = min(price.input + price.output for price in environment.token_prices.values()) / 1_000_000
    if limits.usd_per_month < cheapest:
        allowed = f"is below one request: one token in and one out already cost {decimal(cheapest)} USD"
        yield Problem(where, allowed)


def _cannot_be_reached(route: Route, where: Where) -> Iterator[Problem]:
    """A function reaches a private server from its own subnets, not through the VPC link."""
    integration = route.integration
    if isinstance(integration, PrivateIntegration) and not (integration.load_balancer_arn and integration.subnet_ids):
        allowed = (
            "must be load_balancer_arn, subnet_ids and security_group_ids for a route with limits in tokens: the "
            "function in front of it runs in those subnets"
        )
        field = "vpc_link_id" if integration.vpc_link_id else "subnet_ids"
        yield Problem((*where, field), allowed)


def _too_many_variables(environment: EnvironmentFields, route: Route, where: Where) -> Iterator[Problem]:
    ids = {key.name: key.id or _KEY_ID for plan in environment.usage_plans.values() for key in plan.keys}
    variables = {**limit_variables(environment, route), "PLAN_KEYS": plan_keys(environment, ids)}
    models = route.integration.models if isinstance(route.integration, BedrockIntegration) else ()
    named = sum(len(f'"{model}",') for model in models)
    size = sum(len(f"{name}{value}".encode()) for name, value in variables.items()) + named + _OTHER_BYTES
    if size > MOST_BYTES_OF_VARIABLES:
        allowed = (
            f"its limits and keys need about {size} bytes of the {MOST_BYTES_OF_VARIABLES} that Lambda allows for a "
            "function's variables; name routes in [[token_limits]], or split keys over more environments"
        )
        yield Problem((*where, "path"), allowed)
