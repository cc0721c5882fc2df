"""Reaches a limit in tokens with OpenAI's own client, shows its 429, and is served after the time in the 429."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape

from settings.environment import Environment
from settings.token_limits.covering import covering, metered_routes
from settings.usage_plan import UsagePlan, key_names

_COMPLETIONS = "/chat/completions"
_MESSAGE = "Hello"
# The share of the limit that a request uses: one fits, and a second one has to wait for a part of a minute.
_SHARE = 0.6
_LONGEST_WAIT = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class Reachable:
    """A limit, and the requests that reach it."""

    words: str
    base_url: str
    keys: tuple[tuple[str, str], ...]
    """Name and value of the key that reaches it, and of another one. Empty if the route requires no key."""

    bearer: bool
    model: str
    max_tokens: int


def reachable(environment: Environment, endpoint: str, values: Mapping[str, str]) -> Reachable | str:
    """The first `tokens_per_minute` that a chat completion can reach, or the reason why there is none.

    `values` has the keys' values by their Terraform names.
    """
    for route in metered_routes(environment):
        base = _base_of(route.path)
        if route.method not in {"POST", "ANY"} or base is None:
            continue
        for budget in covering(environment, route):
            tokens = budget.limits.get("tokens_per_minute")
            if tokens is None or budget.mode == "count" or budget.plan == "":
                continue
            plan = environment.usage_plans.get(budget.plan or "")
            output = environment.token_metering.weights.output
            return Reachable(
                words=f"{int(tokens):,} tokens per minute, {_whose(plan, budget.plan, budget.name)}",
                base_url=endpoint + base,
                keys=_keys(environment, plan, values) if route.api_key_required else (),
                bearer=environment.api.key_source == "BEARER",
                model=_model(environment, budget.models),
                max_tokens=max(1, int(tokens * _SHARE / (output or 1))),
            )
    return "no POST route that a chat completion reaches has a tokens_per_minute that refuses"


def _base_of(path: str) -> str | None:
    """The base URL to which OpenAI's client adds /chat/completions."""
    if path.endswith(_COMPLETIONS):
        return path.removesuffix(_COMPLETIONS)
    before, last = path.rsplit("/", 1)
    return before if last.startswith("{") and last.endswith("+}") and "{" not in before else None


def _whose(plan: UsagePlan | None, name: str | None, limit: str) -> str:
    return f"for each key of the plan {name}" if plan else f"by token_limits {limit}"


def _keys(environment: Environment, plan: UsagePlan | None, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    names = key_names(environment.usage_plans)
    of_plan = [key.name for key in (plan.keys if plan else ())]
    of_others = [key.name for other in environment.usage_plans.values() if other is not plan for key in other.keys]
    known = [name for name in (*of_plan, *of_others) if names.get(name) in values]
    return tuple((name, values[names[name]]) for name in known[:2])


def _model(environment: Environment, models: tuple[str, ...]) -> str:
    """A model that the limit counts and that has a price, because a limit in money may apply too."""
    priced = [name for name in environment.token_prices if not name.endswith("*")]
    counted = [name.removesuffix("*") for name in models]
    return next(iter((*counted, *priced)), "demo")


class NotAsSetError(Exception):
    """The limit did not work as set. The message explains how."""


def show_token_limit(limit: Reachable, console: Console) -> bool:
    """Send the requests and print the responses. True if this limit refused, and no other of the file.

    Raises NotAsSetError if the limit does not do what the file sets.
    """
    # It takes a second to load, which a demo without such a limit does not need.
    import openai  # noqa: PLC0415

    first, other = (*limit.keys, None, None)[:2]
    try:
        _say_served(_ask(openai, limit, first), first, "asks", console)
        try:
            _ask(openai, limit, first)
        except openai.RateLimitError as error:
            refusal = error.response
        else:
            raise NotAsSetError("the second request was served too")
        console.print("  It sends a second request at once. The whole answer:\n")
        _show(refusal, console)
        seconds, code = int(refusal.headers["retry-after"]), refusal.json()["error"]["code"]
        if code != "tokens_exceeded" or seconds > _LONGEST_WAIT:
            return False
        if other:
            _say_served(_ask(openai, limit, other), other, "has its own budget", console)
        console.print(f"  Waiting {seconds} s (Retry-After)")
        time.sleep(seconds)
        _say_served(_ask(openai, limit, first), first, "asks again", console)
    except openai.OpenAIError as error:
        raise NotAsSetError(str(error)) from error
    return True


def _ask(openai: Any, limit: Reachable, key: tuple[str, str] | None) -> Any:
    """The HTTP response to one chat completion."""
    value = key[1] if key else "none"
    headers = {} if limit.bearer or not key else {"x-api-key": value}
    with openai.OpenAI(base_url=limit.base_url, api_key=value, default_headers=headers, max_retries=0) as client:
        return client.chat.completions.with_raw_response.create(
            model=limit.model, max_tokens=limit.max_tokens, messages=[{"role": "user", "content": _MESSAGE}]
        )


def _say_served(answer: Any, key: tuple[str, str] | None, does: str, console: Console) -> None:
    used = json.loads(answer.text)["usage"]["total_tokens"]
    remaining = answer.headers.get("x-ratelimit-remaining-tokens")
    who = f"The key {key[0]}" if key else "The caller"
    console.print(
        f"  {escape(who)} {does}: [green]200[/], {used:,} tokens used; "
        f"x-ratelimit-remaining-tokens: {remaining} after the reservation",
        soft_wrap=True,
    )


def _show(answer: Any, console: Console) -> None:
    lines = [f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines += ["", *json.dumps(answer.json(), indent=2).splitlines(), ""]
    for line in lines:
        console.print(f"  {escape(line)}", soft_wrap=True)
