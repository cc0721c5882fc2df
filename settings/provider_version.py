"""Which versions of the AWS provider may run."""

import re
from typing import Annotated

from pydantic import AfterValidator

# The version for which cdktf-cdktf-provider-aws 21.22, the last release of the bindings, was made. A test compares
# them.
BINDINGS = (6, 25, 0)

# The first version with every argument that Spillway always writes: `integration_target` and `response_transfer_mode`
# came last (pull requests 45311 and 45329). newer_provider.py lists what needs a newer version.
OLDEST = (6, 25, 0)

NEXT_MAJOR = (7, 0, 0)

# https://developer.hashicorp.com/terraform/language/expressions/version-constraints, read 2026-11. Pre-releases are
# refused: Terraform accepts them only as an exact version. So is `!=`, which has no upper bound and hides the lower
# one.
_TERM = re.compile(r"\s*(=|>=|>|<=|<|~>)?\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?\s*")

Version = tuple[int, int, int]


def bounds(constraint: str) -> tuple[Version, Version | None]:
    """The oldest version that the constraint admits, and the oldest that is too new for it. None: no upper bound.

    Raises ValueError if it is not a constraint.
    """
    oldest, end = (0, 0, 0), None
    for term in constraint.split(","):
        match = _TERM.fullmatch(term)
        if match is None:
            raise ValueError('must be a Terraform version constraint such as "~> 6.25" or ">= 6.25.0, < 7.0.0"')
        operator, *numbers = match.groups()
        given = [int(number) for number in numbers if number is not None]
        version = _version(given)
        match operator:
            case ">=":
                low, high = version, None
            case ">":
                low, high = _after(version), None
            case "<=":
                low, high = (0, 0, 0), _after(version)
            case "<":
                low, high = (0, 0, 0), version
            case "~>":
                # All numbers except for the last one stay: ~> 6.25 ends before 7, ~> 6.25.0 before 6.26.
                kept = given[:-1]
                low, high = version, _version([*kept[:-1], kept[-1] + 1]) if kept else None
            case _:
                low, high = version, _after(version)
        oldest = max(oldest, low)
        end = high if end is None else min(end, high or end)
    return oldest, end


def version_text(version: Version) -> str:
    """The version as text, such as `6.25.0`."""
    return ".".join(map(str, version))


def _version(numbers: list[int]) -> Version:
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


def _after(version: Version) -> Version:
    return version[0], version[1], version[2] + 1


def _admits_only_what_knows_our_arguments(constraint: str) -> str:
    oldest, end = bounds(constraint)
    if end is not None and oldest >= end:
        raise ValueError("no version matches all of it")
    if oldest < OLDEST:
        raise ValueError(
            f"must not allow versions before {version_text(OLDEST)}, which lack arguments that Spillway uses"
        )
    return constraint


ProviderVersion = Annotated[str, AfterValidator(_admits_only_what_knows_our_arguments)]
"""A version constraint in Terraform's own syntax: `~> 6.25`, or `>= 6.25.0, < 7.0.0`."""


def admits_next_major(constraint: str) -> bool:
    """Whether the constraint admits a major version that has removed arguments that we use."""
    _, end = bounds(constraint)
    return end is None or end > NEXT_MAJOR
