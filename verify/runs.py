"""Which requests can check a stage, and what cannot be checked."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from settings.environment import Environment
from settings.route import Route
from settings.throttling import Throttle
from settings.token_limits.covering import metered_routes
from settings.usage_plan import UsagePlan, key_names

# Assumed duration of a burst in seconds. What refills in that time must be sent too.
_LASTS = 2
_MORE = 10
_LONGEST_REST = 30

# A body is unusual in these. The locations of an EDGE API refuse a GET with one:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html,
# read 2026-11.
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "DELETE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One burst, and the bucket that it empties."""

    name: str
    route: Route
    method: str
    url: str
    throttle: Throttle
    headers: Mapping[str, str]

    rest_sec: float = 0
    """Seconds to wait before the burst, until a bucket that an earlier burst used is full again."""

    @property
    def count(self) -> int:
        """Number of requests: the bucket's content, what refills meanwhile, and some that must be refused."""
        return _count(self.throttle)

    @property
    def body(self) -> str | None:
        """The body of each request."""
        return body_of(self.method)

    @property
    def clients(self) -> int:
        """At once."""
        return min(64, max(8, self.count // 8))


@dataclass(frozen=True, kw_only=True, slots=True)
class Unkeyed:
    """One request without a key to a route that requires one."""

    name: str
    method: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Runs:
    """All bursts and requests."""

    bursts: tuple[Run, ...]
    unkeyed: tuple[Unkeyed, ...]
    left_out: tuple[str, ...]
    """What is not checked, and why, in sentences."""

    @property
    def count(self) -> int:
        """Total number of requests."""
        return sum(run.count for run in self.bursts) + len(self.unkeyed)


def _count(throttle: Throttle) -> int:
    return throttle.burst_limit + math.ceil(throttle.rate_limit * _LASTS) + _MORE


def body_of(method: str) -> str | None:
    """The body of a request with that method. The file does not contain a better one."""
    return None if method in _WITHOUT_BODY else "{}"


def runs(environment: Environment, url: str, keys: Mapping[str, str], *, paid_backends: bool) -> Runs:
    """`keys` has the value of each known key by its Terraform name."""
    bursts: list[Run] = []
    unkeyed: list[Unkeyed] = []
    left_out: list[str] = []
    of_stage = None
    used = set[str]()
    for route in environment.routes:
        reason = _cannot_be_asked(environment, route, paid_backends=paid_backends)
        if reason:
            left_out.append(f"{route.key}: {reason}")
        elif route.api_key_required:
            unkeyed.append(Unkeyed(name=f"{route.key}, without a key", method=route.method, url=url + route.path))
            for found in _of_plans(environment, route, url, keys, used):
                if isinstance(found, Run):
                    bursts.append(found)
                else:
                    left_out.append(found)
        elif of_stage and route.key not in environment.throttling.routes:
            # Another bucket of the same size would need as many requests again, and WAF counts them all.
            left_out.append(f"{route.key}: has the same stage throttle as {of_stage}")
        else:
            throttle = environment.throttling.throttle_of(route.key)
            if route.key not in environment.throttling.routes:
                of_stage = route.key
            if isinstance(throttle, Throttle):
                bursts.append(
                    Run(
                        name=route.key,
                        route=route,
                        method=route.method,
                        url=url + route.path,
                        throttle=throttle,
                        headers={},
                    )
                )
            else:
                left_out.append(f"{route.key}: is {throttle}")
    return Runs(bursts=tuple(bursts), unkeyed=tuple(unkeyed), left_out=tuple(left_out))


def _cannot_be_asked(environment: Environment, route: Route, *, paid_backends: bool) -> str | None:
    kind = route.integration.type
    reasons = {
        f"its {kind} backend may cost money; --paid-backends includes it, with make PAID=1": kind != "mock"
        and not paid_backends,
        "it has limits in tokens, which may refuse a request before the throttle does": route
        in metered_routes(environment),
        "its path has variables, whose values the file does not contain": bool(route.path_variables),
        "it validates requests, and the file does not contain a valid one": route.request.validates,
        f"it requires {route.authorization}": route.authorization != "NONE",
        "its key comes from your own authorizer": route.api_key_required and environment.api.key_source == "AUTHORIZER",
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _of_plans(
    environment: Environment, route: Route, url: str, keys: Mapping[str, str], used: set[str]
) -> Iterator[Run | str]:
    """One burst for each plan with a known key, and the reason for each plan that is left out. Each key has its own
    bucket.
    """
    shared = environment.throttling.throttle_of(route.key)
    names = key_names(environment.usage_plans)
    for number, (name, plan) in enumerate(environment.usage_plans.items()):
        known = [keys[names[key.name]] for key in plan.keys if names[key.name] in keys]
        value = next((key for key in known if key not in used), known[0] if known else None)
        title = f"{route.key}, plan {name}"
        throttle = _tightest(environment, route, plan)
        if value is None:
            yield f"{title}: the value of its keys is unknown"
        elif throttle is None:
            yield f"{title}: two buckets can limit it, so a count cannot tell which one did"
        elif plan.quota and plan.quota.limit < (sent := _count(throttle)):
            yield f"{title}: its quota of {plan.quota.limit} is smaller than the burst of {sent}"
        elif (rest_sec := max(_refill(plan.throttle, value in used), _refill(shared, number > 0))) > _LONGEST_REST:
            yield f"{title}: it shares a bucket with an earlier route, which needs {rest_sec:.0f} s to refill"
        else:
            used.add(value)
            yield Run(
                name=title,
                route=route,
                method=route.method,
                url=url + route.path,
                throttle=throttle,
                rest_sec=rest_sec,
                headers={"Authorization": f"Bearer {value}"}
                if environment.api.key_source == "BEARER"
                else {"x-api-key": value},
            )


def _refill(throttle: object, used: bool) -> float:  # noqa: FBT001  # whether the bucket was used before
    return throttle.burst_limit / throttle.rate_limit if used and isinstance(throttle, Throttle) else 0


def _tightest(environment: Environment, route: Route, plan: UsagePlan) -> Throttle | None:
    """The bucket that decides: the one with both the lower rate and the smaller burst. Otherwise a count cannot
    tell.
    """
    all_of = (plan.throttle, plan.routes.get(route.key), environment.throttling.throttle_of(route.key))
    buckets = [bucket for bucket in all_of if isinstance(bucket, Throttle)]
    if not buckets or "blocked" in all_of:
        return None
    first = min(buckets, key=lambda bucket: (bucket.rate_limit, bucket.burst_limit))
    smallest = min(bucket.burst_limit for bucket in buckets)
    return first if first.burst_limit == smallest else None
