"""An environment as a local AWS emulator can deploy it: the same limits, with mocks behind them.

A route with limits in tokens has a model of the demo behind it, because a function can only be in front of a model.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from settings.environment import Environment
from settings.route import Route
from settings.token_limits.covering import metered_routes
from settings.token_limits.limits import LIMITS
from settings.usage_plan import key_names
from settings.written_out import written_out

# The parts of a file about limits. They are kept word for word.
_KEPT = ("stage", "throttling", "rate_limit_response", "cors", "waf")
_OF_AWS = ("region", "account_rate_limit", "account_burst_limit")
_OF_API = ("name", "description")
# The tables of limits in tokens. They are also kept word for word if their routes are.
_OF_TOKENS = ("token_metering", "token_prices", "token_store")
# Identities that need an authorizer, which the demo does not have.
_UNESTABLISHED = ("principal", "claim:")
_VARIABLE = re.compile(r"\{([^}+]+)\+?\}")

# The provider needs 30 to 128 characters, more than AWS's 20.
_KEY_LENGTH = 40


def for_emulator(
    file: Path, environment: Environment, url: str, model: str | None = None
) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """The file's text, the value of each key by its Terraform name, and the differences from the file.

    `model` is the URL of the model behind the routes with limits in tokens. Without it, they have mocks, and the limits
    are left out.
    """
    table = written_out(tomllib.loads(file.read_text(encoding="utf-8"))).table
    metered = {route.key for route in metered_routes(environment)} if model else set()
    made = {
        "aws": {name: table["aws"][name] for name in _OF_AWS if name in table["aws"]} | {"endpoint_url": url},
        "api": {name: table["api"][name] for name in _OF_API if name in table["api"]},
        **{name: table[name] for name in _KEPT if name in table},
        "routes": [
            _metered_route(route, model) if model and known.key in metered else _route(route)
            for route, known in zip(table["routes"], environment.routes, strict=True)
        ],
    }
    if metered:
        made |= {name: table[name] for name in _OF_TOKENS if name in table}
        if environment.api.key_source == "BEARER":
            made["api"]["key_source"] = "BEARER"
        limits = [limit for limit in table.get("token_limits", ()) if _can_be_established(limit)]
        if limits:
            made["token_limits"] = limits
    plans = {name: plan for name, plan in environment.usage_plans.items() if plan.id is None}
    if plans:
        made["usage_plans"] = {
            name: _plan(table["usage_plans"][name], environment, name, metered=bool(metered)) for name in plans
        }
    if environment.waf and environment.waf.web_acl_arn:
        del made["waf"]
    keys = {name: name.ljust(_KEY_LENGTH, "k") for name in key_names(plans).values()}
    return _toml(made), keys, tuple(_differences(environment, table, made, metered))


def _route(route: Mapping[str, Any]) -> dict[str, Any]:
    kept = _kept_of(route)
    integration = route.get("integration", {})
    if integration.get("type") == "mock":
        kept["integration"] = integration
    return kept


def _metered_route(route: Mapping[str, Any], model: str) -> dict[str, Any]:
    path = _VARIABLE.sub(r"{\1}", route["path"])
    return _kept_of(route) | {"integration": {"type": "http", "url": f"{model}{path}"}}


def _kept_of(route: Mapping[str, Any]) -> dict[str, Any]:
    return {name: route[name] for name in ("method", "path", "api_key_required") if name in route}


def _can_be_established(limit: Mapping[str, Any]) -> bool:
    by = [limit["by"]] if isinstance(limit["by"], str) else limit["by"]
    return not any(identity.startswith(_UNESTABLISHED) for identity in by)


def _plan(plan: Mapping[str, Any], environment: Environment, name: str, *, metered: bool) -> dict[str, Any]:
    keys = [{"name": key.name, "value": "variable"} for key in environment.usage_plans[name].keys]
    left_out = {"api_keys"} if metered else {"api_keys", *LIMITS}
    left = {field: value for field, value in plan.items() if field not in left_out}
    if not metered and not environment.usage_plans[name].throttle and not environment.usage_plans[name].quota:
        # A plan must limit something. This is what the account allows anyway.
        account = environment.account_throttle
        left["throttle"] = {"rate_limit": account.rate_limit, "burst_limit": account.burst_limit}
    return {**left, "api_keys": keys}


def _differences(
    environment: Environment, table: Mapping[str, Any], made: Mapping[str, Any], metered: AbstractSet[str]
) -> Iterator[str]:
    for route in environment.routes:
        yield from _differences_of_route(route, metered=route.key in metered)
    if metered:
        yield from _differences_of_tokens(environment, table)
    elif environment.api.key_source != "HEADER":
        yield f"api.key_source: HEADER instead of {environment.api.key_source}, which the emulator does not act on"
    yield from _differences_of_plans(environment, metered=bool(metered))
    for name in sorted(table.keys() - made.keys() - {"usage_plans"}):
        yield f"[{name}]: left out"


def _differences_of_route(route: Route, *, metered: bool) -> Iterator[str]:
    kind = route.integration.type
    if metered:
        yield f"{route.key}: a model of the demo instead of its {kind} backend"
        if getattr(route.integration, "response_transfer_mode", None) == "STREAM":
            yield f"{route.key}: BUFFERED instead of STREAM, which the emulator does not support"
    elif kind != "mock":
        yield f"{route.key}: a mock instead of its {kind} backend"
    if route.authorization != "NONE":
        yield f"{route.key}: without its authorization, {route.authorization}"
    if route.request.validates:
        yield f"{route.key}: without the check of its requests"


def _differences_of_tokens(environment: Environment, table: Mapping[str, Any]) -> Iterator[str]:
    """What the emulator does not support, and demo/ministack_with_api_keys.py adds."""
    if environment.usage_plans:
        yield "API keys: the emulator does not tell a function which key called; the demo adds that"
    match environment.api.key_source:
        case "BEARER":
            yield "api.key_source: the emulator does not use the key that the authorizer answers; the demo adds that"
        case "AUTHORIZER":
            yield "api.key_source: HEADER instead of AUTHORIZER, because the demo has no authorizer"
        case "HEADER":
            pass
    for limit in table.get("token_limits", ()):
        if not _can_be_established(limit):
            yield f"token_limits {limit['name']}: left out with the authorization that it counts by"


def _differences_of_plans(environment: Environment, *, metered: bool) -> Iterator[str]:
    for name, plan in environment.usage_plans.items():
        if plan.id is not None:
            yield f"usage_plans.{name}: left out, since it is another API's"
        elif plan.token_limits and not metered:
            yield f"usage_plans.{name}: without {', '.join(plan.token_limits)}, since no function is in front of a mock"
    if environment.usage_plans:
        yield "API keys: with the demo's own values"


def _toml(table: Mapping[str, Any]) -> str:
    """One key per line, everything else inline. Only programs read it."""
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in table.items())


def _value(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        # TOML strings support every escape of JSON, and JSON's numbers and booleans are valid TOML.
        case _:
            return json.dumps(value)


def _key(name: str) -> str:
    return json.dumps(name)
