"""An environment as a local AWS emulator can deploy it: the same limits, with mocks behind them."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from settings.environment import Environment
from settings.token_limits.limits import LIMITS
from settings.usage_plan import key_names
from settings.written_out import written_out

# What of a file is about limits, and is kept word for word.
_KEPT = ("stage", "throttling", "rate_limit_response", "cors", "waf")
_OF_AWS = ("region", "account_rate_limit", "account_burst_limit")
_OF_API = ("name", "description")
# The provider wants 30 to 128 characters, more than AWS's 20.
_KEY_LENGTH = 40


def for_emulator(file: Path, environment: Environment, url: str) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """The file's text, the value of each key by its Terraform name, and what is another way than in the file."""
    table = written_out(tomllib.loads(file.read_text(encoding="utf-8"))).table
    made = {
        "aws": {name: table["aws"][name] for name in _OF_AWS if name in table["aws"]} | {"endpoint_url": url},
        "api": {name: table["api"][name] for name in _OF_API if name in table["api"]},
        **{name: table[name] for name in _KEPT if name in table},
        "routes": [_route(route) for route in table["routes"]],
    }
    plans = {name: plan for name, plan in environment.usage_plans.items() if plan.id is None}
    if plans:
        made["usage_plans"] = {name: _plan(table["usage_plans"][name], environment, name) for name in plans}
    if environment.waf and environment.waf.web_acl_arn:
        del made["waf"]
    keys = {name: name.ljust(_KEY_LENGTH, "k") for name in key_names(plans).values()}
    return _toml(made), keys, tuple(_differences(environment, table, made))


def _route(route: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: route[name] for name in ("method", "path", "api_key_required") if name in route}
    integration = route.get("integration", {})
    if integration.get("type") == "mock":
        kept["integration"] = integration
    return kept


def _plan(plan: Mapping[str, Any], environment: Environment, name: str) -> dict[str, Any]:
    keys = [{"name": key.name, "value": "variable"} for key in environment.usage_plans[name].keys]
    left = {field: value for field, value in plan.items() if field not in {"api_keys", *LIMITS}}
    if not environment.usage_plans[name].throttle and not environment.usage_plans[name].quota:
        # A plan must limit something; this is what the account lets through anyway.
        account = environment.account_throttle
        left["throttle"] = {"rate_limit": account.rate_limit, "burst_limit": account.burst_limit}
    return {**left, "api_keys": keys}


def _differences(environment: Environment, table: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    for route in environment.routes:
        if route.integration.type != "mock":
            yield f"{route.key}: a mock in place of its {route.integration.type} backend"
        if route.authorization != "NONE":
            yield f"{route.key}: without its authorization, {route.authorization}"
        if route.request.validates:
            yield f"{route.key}: without the check of its requests"
    if environment.api.key_source != "HEADER":
        yield f"api.key_source: HEADER in place of {environment.api.key_source}, which the emulator does not act on"
    yield from _differences_of_plans(environment)
    for name in sorted(table.keys() - made.keys() - {"usage_plans"}):
        yield f"[{name}]: left out"


def _differences_of_plans(environment: Environment) -> Iterator[str]:
    for name, plan in environment.usage_plans.items():
        if plan.id is not None:
            yield f"usage_plans.{name}: left out, since it is another API's"
        elif plan.token_limits:
            yield f"usage_plans.{name}: without {', '.join(plan.token_limits)}, since no function is in front of a mock"
    if environment.usage_plans:
        yield "API keys: with values of the demo's own"


def _toml(table: Mapping[str, Any]) -> str:
    """One key a line, everything else inline: for programs to read."""
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in table.items())


def _value(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        # A TOML string takes every escape that JSON writes, and JSON's numbers and booleans are TOML's.
        case _:
            return json.dumps(value)


def _key(name: str) -> str:
    return json.dumps(name)
