"""Settings that need a newer AWS provider than the one the bindings were made for, each with the first version that has
it.

One line here is enough to refuse a setting if `aws.provider_version` admits a provider without it.
constructs/terraform/newer_argument.py writes the arguments that the bindings' classes do not have.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from settings.base import Settings
from settings.fields import EnvironmentFields
from settings.integration.transfer import LONGEST_BUFFERED
from settings.problem import Problem
from settings.provider_version import BINDINGS, Version, bounds, version_text
from settings.secrecy import Where
from settings.tls import is_enhanced


def _is_said(value: object) -> bool:
    return value is not None


def _above_five_minutes(value: object) -> bool:
    return isinstance(value, int) and value > LONGEST_BUFFERED


def _enhanced(value: object) -> bool:
    return isinstance(value, str) and is_enhanced(value)


@dataclass(frozen=True, slots=True)
class Need:
    """A setting, and the first version of the provider that supports it."""

    setting: str
    """Its path in the environment file. A star matches each item of an array or table."""

    since: Version
    source: str
    values: Callable[[object], bool] = _is_said
    """Which values need that version. Default: every value in the file."""


_PROVIDER = "https://github.com/hashicorp/terraform-provider-aws"

# Read 2026-11. The changelog of 6.53.0 could not be read: the bindings of CDK Terrain for 6.52.0 (cdktn-provider-aws
# 24.8.0) lack both arguments of aws_api_gateway_rest_api, and those for 6.53.0 (24.9.0) have them.
NEEDS = (
    Need("routes.*.integration.timeout_milliseconds", (6, 26, 0), f"{_PROVIDER}/issues/45482", _above_five_minutes),
    Need("domain.security_policy", (6, 28, 0), f"{_PROVIDER}/pull/45741", _enhanced),
    Need("api.security_policy", (6, 53, 0), f"{_PROVIDER}/pull/47973"),
)


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """Settings that the oldest provider that may run does not support."""
    constraint = environment.aws.provider_version
    oldest = BINDINGS if constraint is None else bounds(constraint)[0]
    for need in NEEDS:
        if oldest >= need.since:
            continue
        for where, value in _values(environment, tuple(need.setting.split("."))):
            if need.values(value):
                yield Problem(where, _message(need, constraint))


def _message(need: Need, constraint: str | None) -> str:
    major, minor, _ = need.since
    runs = f"without aws.provider_version {version_text(BINDINGS)} runs"
    admits = runs if constraint is None else f"aws.provider_version {constraint!r} allows older ones"
    needed = f"needs version {version_text(need.since)} of the AWS provider or later"
    return f'{needed}, and {admits}; write "~> {major}.{minor}"'


def _values(held: object, path: tuple[str, ...], where: Where = ()) -> Iterator[tuple[Where, object]]:
    """Every value at that path, and its place. Nothing if the file does not have the table."""
    if not path:
        yield where, held
        return
    key, *rest = path
    if key == "*":
        items = held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, tuple) else ()
        for name, item in items:
            yield from _values(item, tuple(rest), (*where, name))
    elif isinstance(held, Settings) and key in type(held).model_fields:
        yield from _values(getattr(held, key), tuple(rest), (*where, key))
