"""What is to be asked of a stage, and what cannot be."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from settings.environment import Environment
from settings.route import Route
from settings.throttling import Throttle
from settings.usage_plan import UsagePlan, key_names

# Seconds that a burst is taken to last: what runs into the bucket in that time has to be sent too.
_LASTS = 2
_MORE = 10
_LONGEST_REST = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One burst, and the bucket that it is to empty."""

    name: str
    method: str
    url: str
    throttle: Throttle
    headers: Mapping[str, str]

    rest_sec: float = 0
    """To wait before it: a bucket that it shares with an earlier burst is full again then."""

    @property
    def count(self) -> int:
        """Requests: the bucket, what runs into it meanwhile, and some to be refused."""
        return self.throttle.burst_limit + math.ceil(self.throttle.rate_limit * _LASTS) + _MORE

    @property
    def clients(self) -> int:
        """At once."""
        return min(64, max(8, self.count // 8))


@dataclass(frozen=True, kw_only=True, slots=True)
class Unkeyed:
    """One request without a key, to a route that asks for one."""

    name: str
    method: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Runs:
    """All of it."""

    bursts: tuple[Run, ...]
    unkeyed: tuple[Unkeyed, ...]
    left_out: tuple[str, ...]
    """What is not asked, and why, in sentences."""

    @property
    def count(self) -> int:
        """Requests in all."""
        return sum(run.count for run in self.bursts) + len(self.unkeyed)


def runs(environment: Environment, url: str, keys: Mapping[str, str], *, paid_backends: bool) -> Runs:
    """`keys`: the value of each known key, by its Terraform name."""
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
            # A further bucket of the same size would be as many requests again, and WAF counts them all.
            left_out.append(f"{route.key}: has the stage's throttle, as {of_stage} has")
        else:
            throttle = environment.throttling.throttle_of(route.key)
            if route.key not in environment.throttling.routes:
                of_stage = route.key
            if isinstance(throttle, Throttle):
                bursts.append(
                    Run(name=route.key, method=route.method, url=url + route.path, throttle=throttle, headers={})
                )
            else:
                left_out.append(f"{route.key}: is {throttle}")
    return Runs(bursts=tuple(bursts), unkeyed=tuple(unkeyed), left_out=tuple(left_out))


def _cannot_be_asked(environment: Environment, route: Route, *, paid_backends: bool) -> str | None:
    if route.integration.type != "mock" and not paid_backends:
        return f"its {route.integration.type} backend may cost money; PAID=1 asks it too"
    if route.path_variables:
        return "its path has variables, whose values are not in the file"
    if route.request.validates:
        return "it checks its requests, and a right one is not in the file"
    if route.authorization != "NONE":
        return f"it asks for {route.authorization}"
    if route.api_key_required and environment.api.key_source == "AUTHORIZER":
        return "its key comes from an authorizer of yours"
    return None


def _of_plans(
    environment: Environment, route: Route, url: str, keys: Mapping[str, str], used: set[str]
) -> Iterator[Run | str]:
    """A burst for each plan of which a key is known, and why not for the others. Each key is counted alone."""
    shared = environment.throttling.throttle_of(route.key)
    names = key_names(environment.usage_plans)
    for number, (name, plan) in enumerate(environment.usage_plans.items()):
        known = [keys[names[key.name]] for key in plan.keys if names[key.name] in keys]
        value = next((key for key in known if key not in used), known[0] if known else None)
        title = f"{route.key}, plan {name}"
        throttle = _tightest(environment, route, plan)
        if value is None:
            yield f"{title}: no value of a key of it is known"
        elif throttle is None:
            yield f"{title}: no single bucket decides"
        elif (rest_sec := max(_refill(plan.throttle, value in used), _refill(shared, number > 0))) > _LONGEST_REST:
            yield f"{title}: a bucket that it shares with a route before takes {rest_sec:.0f} s to be full again"
        else:
            used.add(value)
            yield Run(
                name=title,
                method=route.method,
                url=url + route.path,
                throttle=throttle,
                rest_sec=rest_sec,
                headers={"Authorization": f"Bearer {value}"}
                if environment.api.key_source == "BEARER"
                else {"x-api-key": value},
            )


def _refill(throttle: object, used: bool) -> float:  # noqa: FBT001  # of a bucket that was used or was not
    return throttle.burst_limit / throttle.rate_limit if used and isinstance(throttle, Throttle) else 0


def _tightest(environment: Environment, route: Route, plan: UsagePlan) -> Throttle | None:
    """The bucket that decides, where one has both the lower rate and the smaller burst; else no count can tell."""
    all_of = (plan.throttle, plan.routes.get(route.key), environment.throttling.throttle_of(route.key))
    buckets = [bucket for bucket in all_of if isinstance(bucket, Throttle)]
    if not buckets or "blocked" in all_of:
        return None
    first = min(buckets, key=lambda bucket: (bucket.rate_limit, bucket.burst_limit))
    smallest = min(bucket.burst_limit for bucket in buckets)
    return first if first.burst_limit == smallest else None
