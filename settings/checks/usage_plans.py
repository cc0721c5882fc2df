"""Usage plans, compared with the routes, the stage and the account."""

from collections.abc import Iterator

from settings.api import BEARER_KEY
from settings.authorization import RequestAuthorizer, TokenAuthorizer
from settings.checks.throttling import above_account
from settings.checks.unknown_route import no_such_route
from settings.fields import EnvironmentFields
from settings.formatting import decimal
from settings.problem import Problem
from settings.secrecy import Where
from settings.throttling import Throttle
from settings.usage_plan import UsagePlan


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """A plan that AWS would refuse, or that would limit nothing."""
    with_key = [route.key for route in environment.routes if route.api_key_required]
    for name, plan in environment.usage_plans.items():
        where = ("usage_plans", name)
        if not with_key:
            yield Problem(
                where,
                "limits nothing: AWS applies plans only to routes with api_key_required = true, and there are none",
            )
        yield from _routes(environment, name, plan)
        if plan.throttle:
            yield from above_account(environment, (*where, "throttle"), plan.throttle)
    yield from _names(environment)
    yield from _key_source(environment)


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """A route's throttle above its plan's; a plan above its stage, or without keys; a key that no caller has."""
    for name, plan in environment.usage_plans.items():
        yield from _looser_than_plan(name, plan)
        yield from _above_shared(environment, name, plan)
        if not plan.api_keys:
            yield Problem(
                ("usage_plans", name, "api_keys"),
                "the plan has no key, so it limits no one until a key created elsewhere joins it",
            )
    if len(environment.usage_plans) > USUAL_PLANS:
        yield Problem(
            ("usage_plans",),
            f"{len(environment.usage_plans)} plans; AWS allows {USUAL_PLANS} in an account and Region "
            "until it raises the quota",
        )
    with_key = any(route.api_key_required for route in environment.routes)
    if environment.api.key_source == "BEARER" and not with_key:
        allowed = "no route has api_key_required = true, so no key is read"
        yield Problem(("api", "key_source"), allowed)
    if not environment.usage_plans:
        for index, route in enumerate(environment.routes):
            if route.api_key_required:
                yield Problem(
                    ("routes", index, "api_key_required"),
                    f"no usage plan has keys; without one created elsewhere {route.key} answers only 403",
                )


# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html, "Usage
# plans per account per Region", read 2026-11.
USUAL_PLANS = 300


def _looser_than_plan(name: str, plan: UsagePlan) -> Iterator[Problem]:
    """A route's throttle applies in addition to the plan's, and the review assumes the same: docs/limits.md."""
    for key, own in plan.routes.items():
        whole = plan.throttle
        if isinstance(own, Throttle) and whole is not None and _within(whole, own):
            yield Problem(
                ("usage_plans", name, "routes", key),
                f"{_numbers(own)} is assumed to have no effect: the plan's own throttle also applies, "
                f"and does not let more through, "
                f"{_numbers(whole)}",
            )


def _above_shared(environment: EnvironmentFields, name: str, plan: UsagePlan) -> Iterator[Problem]:
    """Each throttle of the plan that has no effect because a route's shared throttle is lower. Each is listed once."""
    reported: set[Where] = set()
    for route in environment.routes:
        bucket = environment.throttling.throttle_of(route.key)
        of_route = plan.routes.get(route.key, plan.throttle)
        if not route.api_key_required or not isinstance(bucket, Throttle) or plan.throttle is None:
            continue
        if not isinstance(of_route, Throttle):
            continue
        message = f"above what all callers of {route.key} share, {_numbers(bucket)}; no key can ever reach it"
        for field, throttle in _above(plan.throttle, of_route, bucket, route.key):
            if field not in reported:
                reported.add(field)
                yield Problem(("usage_plans", name, *field), f"{_numbers(throttle)} is {message}")


def _above(whole: Throttle, own: Throttle, bucket: Throttle, key: str) -> Iterator[tuple[Where, Throttle]]:
    """Both throttles apply, so a key gets the lower of the two. That one is compared with the bucket."""
    of_plan, of_route = (("throttle",), whole), (("routes", key), own)
    if min(own.rate_limit, whole.rate_limit) > bucket.rate_limit:
        yield of_route if own.rate_limit < whole.rate_limit else of_plan
    if min(own.burst_limit, whole.burst_limit) > bucket.burst_limit:
        yield of_route if own.burst_limit < whole.burst_limit else of_plan


def _within(tighter: Throttle, looser: Throttle) -> bool:
    return tighter.rate_limit <= looser.rate_limit and tighter.burst_limit <= looser.burst_limit


def _numbers(throttle: Throttle) -> str:
    return f"{decimal(throttle.rate_limit)} requests per second and {throttle.burst_limit} at once"


def _short(throttle: Throttle) -> str:
    return f"{decimal(throttle.rate_limit)}/{throttle.burst_limit}"


def _routes(environment: EnvironmentFields, name: str, plan: UsagePlan) -> Iterator[Problem]:
    routes = {route.key: route for route in environment.routes}
    for key, throttle in plan.routes.items():
        where = ("usage_plans", name, "routes", key)
        if key not in routes:
            yield Problem(where, no_such_route(key, routes))
        elif not routes[key].api_key_required:
            yield Problem(where, "AWS applies plans only to routes with api_key_required = true")
        if isinstance(throttle, Throttle):
            yield from above_account(environment, where, throttle)


def _key_source(environment: EnvironmentFields) -> Iterator[Problem]:
    """If the key should come from an authorizer that cannot return one, AWS answers 403 to every caller."""
    api = environment.api
    if api.authorizer_result_ttl_in_seconds and api.key_source != "BEARER":
        allowed = f"must be 0 with api.key_source = {api.key_source}: it belongs to the authorizer that BEARER creates"
        where = ("api", "authorizer_result_ttl_in_seconds")
        yield Problem(where, allowed)
    if api.key_source == "BEARER":
        yield from _bearer(environment)
    if api.key_source != "AUTHORIZER":
        return
    for index, route in enumerate(environment.routes):
        authorizer = environment.authorizers.get(route.authorization)
        if route.api_key_required and not isinstance(authorizer, TokenAuthorizer | RequestAuthorizer):
            yield Problem(
                ("routes", index, "authorization"),
                "api.key_source = AUTHORIZER reads the key from a Lambda authorizer, TOKEN or REQUEST; set one",
            )


def _bearer(environment: EnvironmentFields) -> Iterator[Problem]:
    """A method has one authorizer, and the execution log may contain a Lambda authorizer's input and output."""
    for index, route in enumerate(environment.routes):
        if route.api_key_required and route.authorization != "NONE":
            allowed = (
                'must be "NONE": with api.key_source = BEARER the Authorization header contains the API key; for both '
                "use AUTHORIZER, and an authorizer that returns usageIdentifierKey"
            )
            yield Problem(("routes", index, "authorization"), allowed)
    if BEARER_KEY in environment.authorizers:
        allowed = "is the name of the authorizer that api.key_source = BEARER creates; rename it"
        yield Problem(("authorizers", BEARER_KEY), allowed)
    log = environment.observability.execution_log
    # Seen in such a log: "Endpoint request body after transformations" with authorizationToken, and "Authorizer result
    # body before parsing". AWS promises to redact headers and API keys, but does not mention these two.
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-execution-logging.html, read 2026-11.
    for field, got in (("level", log.level), ("data_trace", log.data_trace)) if log else ():
        if got in ("INFO", True):
            allowed = (
                "may write API keys into the log with api.key_source = BEARER: API Gateway logs the input and output "
                "of its authorizer"
            )
            yield Problem(("observability", "execution_log", field), allowed)


def _names(environment: EnvironmentFields) -> Iterator[Problem]:
    """A key can be in only one plan of a stage."""
    keys: dict[str, str] = {}
    ids: dict[str, str] = {}
    for name, plan in environment.usage_plans.items():
        for index, key in enumerate(plan.keys):
            where = ("usage_plans", name, "api_keys", index)
            if key.name in keys:
                yield Problem(
                    where,
                    f"usage_plans.{keys[key.name]} has the key {key.name}; AWS allows a key in one plan of a stage",
                )
            else:
                keys[key.name] = name
            if key.id is not None and ids.setdefault(key.id, key.name) != key.name:
                allowed = f"{ids[key.id]} is the same key; AWS allows a key in one plan of a stage"
                yield Problem((*where, "id"), allowed)
        if usage_plan_id := plan.id:
            same = ids.setdefault(f"plan {usage_plan_id}", name)
            if same != name:
                allowed = f"usage_plans.{same} is the same plan; name it once"
                yield Problem(("usage_plans", name, "id"), allowed)
