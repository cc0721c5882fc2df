"""A separate run for a WAF rate rule, which looks back over a window and reacts late."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from settings.environment import Environment
from settings.layer import Layer
from settings.waf.counted_routes import counted_routes
from settings.waf.rate_rule import RateRule
from verify.answers import code_of
from verify.burst import Answer, send
from verify.runs import Run

# At least so many requests in a second, and above the limit's own rate by this factor: AWS looks back over the window,
# so a slower run never exceeds the limit.
_A_SECOND = 20
_ABOVE = 1.5
# How long it continues above the limit. AWS looks about every 10 seconds, and the block takes a while to take effect:
# https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html, read 2026-11.
_WAITS_SECONDS = 90

Send = Callable[[Run, int], tuple[Answer, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopped:
    """How the run ended."""

    sent: int
    lag: float | None
    """Seconds from the request that exceeded the limit to the first one that WAF stopped; None if WAF stopped none."""

    answer: Answer | None
    """The first one that WAF stopped."""

    exceeded: bool
    """Whether the requests of this run exceeded the limit within the window."""


def rule_of(environment: Environment) -> RateRule | None:
    """The rule with the lowest limit that counts by IP, blocks, and does not depend on other parts of the request."""
    waf = environment.waf
    if waf is None or waf.web_acl_arn or waf.mode == "count":
        return None
    rules = [
        rule
        for rule in waf.rate_rules
        if rule.aggregate_key_type == "IP" and rule.action == "block" and rule.scope_down is None
    ]
    return min(rules, key=lambda rule: rule.limit, default=None)


def counts(environment: Environment, rule: RateRule, run: Run) -> bool:
    """Whether the rule counts the requests of that run."""
    return run.route in counted_routes(rule, environment.routes)


def most_requests(rule: RateRule) -> int:
    """Number of requests, if nothing stops them."""
    return rule.limit + a_second(rule) * _WAITS_SECONDS


def a_second(rule: RateRule) -> int:
    """Number of requests in a second."""
    return max(_A_SECOND, math.ceil(_ABOVE * rule.limit / rule.evaluation_window_sec))


def run_into(rule: RateRule, run: Run, ask: Send | None = None) -> Stopped:
    """Send until WAF stops the run. Requests that a throttle refuses count too, because WAF sees them first."""
    ask = ask or _ask
    sent, passed = 0, None
    within: deque[float] = deque()
    while sent < most_requests(rule):
        answers = ask(run, min(a_second(rule), most_requests(rule) - sent))
        sent += len(answers)
        within.extend(sorted(answer.received for answer in answers))
        while within[-1] - within[0] > rule.evaluation_window_sec:
            within.popleft()
        if passed is None and len(within) > rule.limit:
            passed = within[-1]
        stopped = next((answer for answer in answers if code_of(answer) == Layer.WAF.code), None)
        if stopped:
            lag = max(0.0, stopped.received - passed) if passed is not None else 0.0
            return Stopped(sent=sent, lag=lag, answer=stopped, exceeded=passed is not None)
    return Stopped(sent=sent, lag=None, answer=None, exceeded=passed is not None)


def _ask(run: Run, count: int) -> tuple[Answer, ...]:
    """Send this many requests, in at least one second."""
    began = time.monotonic()
    clients = min(64, max(8, count // 4))
    answers = send(run.method, run.url, count=count, clients=clients, body=run.body, headers=run.headers).answers
    time.sleep(max(0.0, 1 - (time.monotonic() - began)))
    return answers
