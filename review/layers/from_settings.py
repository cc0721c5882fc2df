"""From an environment file's settings to the layers that a request meets."""

from collections.abc import Iterable
from math import inf

from review.layers.layers import Layers, Plan, RateWindow, RetryAfter, RouteLimits
from review.layers.token_layer import MeteredRoute, TokenBudget, TokenLayer
from settings.environment import Environment
from settings.integration import BedrockIntegration
from settings.rate_limit_response import RateLimitResponse
from settings.route import Route
from settings.throttling import BLOCKED, RouteThrottle, Throttle
from settings.token_limits.covering import METERED, PLAN, Covering, covering, metered_routes
from settings.usage_plan import UsagePlan
from settings.waf import Waf
from settings.waf.counted_routes import counted_routes, in_scope
from settings.waf.custom_key import CustomKey, NamedKey
from settings.waf.rate_rule import PREFLIGHTS, RateRule
from settings.waf.web_acl_rules import RateTier, web_acl_rules

_BODILESS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS"})
"""The function counts no tokens of these."""


def layers_of(environment: Environment) -> Layers:
    """Every limit that the environment sets, and the account's."""
    stage, waf = _stage(environment), environment.waf
    return Layers(
        name=environment.name,
        routes=tuple(
            RouteLimits(
                key=route.key,
                bucket=_bucket(environment.throttling.throttle_of(route.key)),
                own=route.key in environment.throttling.routes,
                key_required=route.api_key_required,
            )
            for route in environment.routes
        )
        + _preflights(environment),
        stage=stage,
        account=environment.account_throttle,
        windows=_windows(environment, waf) if waf else (),
        plans=tuple(_plan(name, plan) for name, plan in environment.usage_plans.items()),
        retry_after=_retry_after(environment.rate_limit_response),
        tokens=_token_layer(environment),
        meterable=_meterable(environment),
        key_headers=environment.api.key_headers,
        path_prefixes=environment.path_prefixes,
        left_out=tuple(_left_out(environment)),
    )


def _preflights(environment: Environment) -> tuple[RouteLimits, ...]:
    """One row for them all where a rate rule counts them, since each path's are limited alike."""
    if not _counts_preflights(environment):
        return ()
    return (RouteLimits(key=PREFLIGHTS, bucket=_stage(environment), own=False),)


def _counts_preflights(environment: Environment) -> bool:
    rules = environment.waf.rate_rules if environment.waf else ()
    return environment.has_preflights and any(rule.counts_preflights for rule in rules)


def _retry_after(response: RateLimitResponse) -> RetryAfter:
    """With `x-should-retry: false` an SDK gives up, whatever the seconds are."""
    seconds, retried = response.retry_after, response.should_retry
    return RetryAfter(
        throttle=seconds.throttle if retried.throttle else inf,
        quota=seconds.quota if retried.quota else inf,
        waf=seconds.waf if retried.waf else inf,
    )


def _stage(environment: Environment) -> Throttle:
    return Throttle(rate_limit=environment.throttling.rate_limit, burst_limit=environment.throttling.burst_limit)


def _bucket(throttle: RouteThrottle) -> Throttle | None:
    if throttle == "unlimited":
        return None
    return BLOCKED if throttle == "blocked" else throttle


def _plan(name: str, plan: UsagePlan) -> Plan:
    routes = {key: _bucket(throttle) for key, throttle in plan.routes.items()}
    return Plan(
        name=name,
        bucket=plan.throttle,
        routes={key: bucket for key, bucket in routes.items() if bucket is not None},
        quota=plan.quota,
        keys=tuple(key.name for key in plan.keys),
    )


def _token_layer(environment: Environment) -> TokenLayer | None:
    """The budgets in the function's order. What holds for keys made elsewhere is left out."""
    routes: dict[tuple[str, str | None], set[str]] = {}
    found: dict[tuple[str, str | None], Covering] = {}
    for route in environment.routes:
        for each in covering(environment, route):
            if each.plan != "":
                found[each.name, each.plan] = each
                routes.setdefault((each.name, each.plan), set()).add(route.key)
    if not found:
        return None
    # A route need not have every budget: the file's order is that of plans, then of [[token_limits]].
    order = [(PLAN, name) for name in environment.usage_plans] + [
        (limit.name, None) for limit in environment.token_limits
    ]
    budgets = tuple(_token_budget(found[key], frozenset(routes[key])) for key in order if key in found)
    return _counting(environment, metered_routes(environment), budgets)


def _meterable(environment: Environment) -> TokenLayer | None:
    routes = tuple(route for route in environment.routes if isinstance(route.integration, METERED))
    return _counting(environment, routes, ()) if routes else None


def _counting(environment: Environment, routes: Iterable[Route], budgets: tuple[TokenBudget, ...]) -> TokenLayer:
    metering = environment.token_metering
    return TokenLayer(
        budgets=budgets,
        routes={route.key: _metered_route(route) for route in routes},
        weights=metering.weights.model_dump(),
        default_max_tokens=metering.default_max_tokens,
        prices={model: price.by_kind for model, price in environment.token_prices.items()},
    )


def _token_budget(each: Covering, routes: frozenset[str]) -> TokenBudget:
    return TokenBudget(
        name=each.name,
        by=each.by,
        limits=each.limits,
        routes=routes,
        plan=each.plan,
        models=each.models,
        observes=each.mode == "count",
        shards=each.shards,
    )


def _metered_route(route: Route) -> MeteredRoute:
    """As the function's meter.mjs tells them apart, by what is known of a request before it comes."""
    integration = route.integration
    model = integration.model_id if isinstance(integration, BedrockIntegration) else None
    return MeteredRoute(
        model=model or None,
        generates=not (route.path.endswith(("/embeddings", "/embed")) or "embed" in (model or "")),
        reads_body=route.method not in _BODILESS,
        timeout_ms=integration.timeout_milliseconds,
    )


def _windows(environment: Environment, waf: Waf) -> tuple[RateWindow, ...]:
    """The rate rules in the order in which WAF asks them. CAPTCHA and challenge stop an API client like a block."""
    return tuple(
        RateWindow(
            name=tier.name,
            limit=tier.limit,
            window_sec=tier.rule.evaluation_window_sec,
            key=_key(tier.rule),
            routes=_routes(environment, tier.rule),
            exempt=waf.allow,
            blocks=tier.action != "count" and waf.mode == "block",
        )
        for tier in web_acl_rules(waf, environment.routes, environment.path_prefixes)
        if isinstance(tier, RateTier)
    )


def _key(rule: RateRule) -> tuple[str, ...]:
    match rule.aggregate_key_type:
        case "IP":
            return ("ip",)
        case "FORWARDED_IP":
            return ("forwarded_ip",)
        case "CONSTANT":
            return ()
        case "CUSTOM_KEYS":
            words = {"http_method": "method", "uri_path": "path"}
            return tuple(
                f"{key.kind}:{key.part.name.lower()}"
                if isinstance(key, CustomKey) and isinstance(key.part, NamedKey)
                else words.get(kind := key.kind if isinstance(key, CustomKey) else key, kind)
                for key in rule.custom_keys
            )


def _routes(environment: Environment, rule: RateRule) -> frozenset[str] | None:
    """None where it is every route that the environment has."""
    inside = {
        route.key
        for route in counted_routes(rule, environment.routes)
        if rule.scope_down is None or in_scope(rule.scope_down, route) is not False
    }
    if rule.counts_preflights and environment.has_preflights:
        inside.add(PREFLIGHTS)
    every = len(environment.routes) + _counts_preflights(environment)
    return None if len(inside) == every else frozenset(inside)


def _left_out(environment: Environment) -> list[str]:
    """What limits, and the review cannot know or does not count."""
    notes, waf, routes = [], environment.waf, environment.routes
    if _counts_preflights(environment):
        notes.append(
            f"{PREFLIGHTS} is the preflight of any one path: each is assumed to have a bucket of the stage's size, is "
            f"in no usage plan, and a WAF rate rule counts it only if its routes name {PREFLIGHTS}."
        )
    elif environment.has_preflights:
        notes.append(
            "Preflights are left out: the OPTIONS of each path is assumed to have a bucket of the stage's size, is in "
            "no usage plan, and no WAF rate rule counts it."
        )
    notes += [
        f"Usage plan {name} is an existing one, {plan.id}, whose limits are not in this file: they are left out."
        for name, plan in environment.usage_plans.items()
        if plan.id
    ]
    if waf is None:
        return notes
    if waf.web_acl_arn:
        notes.append("The web ACL is an existing one, whose rules are not in this file: WAF is left out.")
    if waf.block:
        notes.append("WAF's block list is left out: it answers 403 to every address on it.")
    if waf.managed_rule_groups:
        notes.append("Managed rule groups are left out: what they refuse depends on each request.")
    notes += [
        f"WAF rule {rule.name}: whether it counts a request depends on more than its route; taken as if it always did."
        for rule in waf.rate_rules
        if rule.scope_down is not None and None in {in_scope(rule.scope_down, route) for route in routes}
    ]
    return notes
